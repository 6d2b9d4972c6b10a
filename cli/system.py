"""Brings the whole system up on this machine, venue included, and takes it down on any ending."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cli.client import ApiClient, ApiError, SignInPlace
from cli.epoch import FILE as EPOCH_FILE
from cli.epoch import execution_epoch
from cli.errors import CommandError, explained
from cli.places import TEMPLATE
from cli.simulator import SimulatorProcess
from cli.venue_bench import VenueBench
from localcloud.errors import Code, LocalCloudError
from localcloud.guard import Refusals, guard_this_process, refusals_noted
from localcloud.ports import CLOUD, kept_ports, pinned_port
from localcloud.stack import RunningStack, bring_up
from localcloud.state_folder import Lock, StateFolder
from localcloud.wire import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from localcloud.deploy.deployment import Stack

SIGN_IN = SignInPlace("understudy.localhost", "http://understudy.localhost", 421614)
UNLIMITED_WEIGHT = 1_000_000_000
VENUE_WEIGHT = 1_200
LANES_AT_ONCE = 5
API = "Api"
EPOCH = "ExecutionEpoch"
DEATH_SECONDS = 0.5
LEAST_FREE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run: where the state lies, on which port, what the venue begins with.

    `operator` is the address of the wallet that operates by the API, '' for nobody's;
    `parameters` are given to the template beside ours, or instead of them.
    """

    state: Path
    keeps_books: bool = False
    port: int | None = None
    recording: Path | None = None
    leader: str | None = None
    weight_per_minute: int = VENUE_WEIGHT
    identity_providers: bool = False
    operator: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class System:
    """The running system; `parameters` are those that its template was given."""

    stack: RunningStack
    simulator: SimulatorProcess
    bench: VenueBench
    refusals: Refusals
    identity_url: str = ""
    older_system_url: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """The base address of the public API."""
        return self.stack.stack.api_urls[API]

    def client(self) -> ApiClient:
        """Return a client for one more user."""
        return ApiClient(self.api_url, SIGN_IN)

    def check(self) -> None:
        """Raise when a process is gone or stands still, or tried to reach another machine."""
        self.refusals.check()
        self.simulator.check()
        self.stack.check()


@contextmanager
def running_system(plan: Plan, say: Callable[[str], None]) -> Iterator[System]:
    """Start simulator and cloud and stop both on exit; nothing is left behind.

    An error while one of the two is dead is explained by that death. Raises CommandError and
    LocalCloudError.
    """
    guard_this_process()
    folder = StateFolder(plan.state.resolve())
    with (
        _claimed(plan, folder) as (lock, epoch),
        refusals_noted(folder.root / "refused-connections.log") as refusals,
        _simulator(plan, folder, lock) as simulator,
        _identity_providers(plan, folder) as (identity_url, identity_parameters),
    ):
        say(f"venue at {simulator.url}")
        parameters = {
            **parameters_of(plan, simulator.url),
            **identity_parameters,
            EPOCH: epoch,
        }
        with bring_up(
            TEMPLATE,
            folder=folder,
            port=plan.port,
            lock=lock,
            parameters=parameters,
            progress=say,
            before_events=partial(_warm_api, say),
        ) as stack:
            bench, older = VenueBench(simulator.url), identity_parameters.get("OlderSystemUrl", "")
            system = System(stack, simulator, bench, refusals, identity_url, older, parameters)
            try:
                yield system
                refusals.check()
            except Exception:
                time.sleep(DEATH_SECONDS)  # a socket goes before its process does
                if not folder.is_full():
                    system.check()
                _require_space(folder.root)
                raise


@contextmanager
def _claimed(plan: Plan, folder: StateFolder) -> Iterator[tuple[Lock, str]]:
    """Take the folder with its port and epoch: what may be refused before anything runs.

    A refusal leaves nothing that was not there before.
    """
    made = _missing(folder)
    folder.prepare_root()
    with closing(_sole_use(folder)) as lock:
        try:
            _require_space(folder.root)
            pinned_port(folder, CLOUD, plan.port)
            epoch = execution_epoch(folder, lock, plan.parameters.get(EPOCH, "0"))
        except (CommandError, LocalCloudError):
            _take_back(made)
            raise
        yield lock, epoch


def _missing(folder: StateFolder) -> list[Path]:
    """Name what taking the folder may make of it, what is inside before what it is in."""
    inside = (folder.running, folder.ports, folder.root / EPOCH_FILE, folder.cloud)
    return [each for each in (*inside, folder.root, *folder.root.parents) if not each.exists()]


def _take_back(made: Iterable[Path]) -> None:
    for each in made:
        with suppress(OSError):  # it was not made, or somebody else has put something there
            each.rmdir() if each.is_dir() else each.unlink()


def _warm_api(say: Callable[[str], None], stack: Stack) -> None:
    """Have the API started before all else: who calls it once it is up waits for no start.

    Its description is asked for: unlike its health, that goes through the door, as any call does.
    """
    try:
        ApiClient(stack.api_urls[API], SIGN_IN).call("GET", "/openapi.json")
    except ApiError as error:
        # No reason to take down all else: it may be busy, and who looks for a fault needs it up.
        said = explained(error)
        say(f"the API's first call failed: {said.code}: {said.message}")


def _sole_use(folder: StateFolder) -> Lock:
    """Take the folder; raises CommandError ALREADY_RUNNING, LocalCloudError."""
    try:
        return folder.lock()
    except LocalCloudError as refused:
        if refused.code is not Code.STATE_IN_USE:
            raise
        port = kept_ports(folder).get(CLOUD)
        where = f"; its cloud is at http://{HOST}:{port}" if port else ""
        raise CommandError(
            "ALREADY_RUNNING",
            f"{explained(refused).message}{where}",
            "use that one, or stop it (Ctrl-C where it runs), or name another --state folder",
        ) from refused


def _simulator(plan: Plan, folder: StateFolder, lock: Lock) -> SimulatorProcess:
    return SimulatorProcess.start(
        folder.root,
        pinned_port(folder, "simulator"),
        books=folder.root / "venue" if plan.keeps_books else None,
        recording=plan.recording,
        leader=plan.leader,
        holds=(lock.descriptor,),
    )


def _identity_providers(
    plan: Plan, folder: StateFolder
) -> AbstractContextManager[tuple[str, dict[str, str]]]:
    if not plan.identity_providers:
        return nullcontext(("", {}))
    # Its cryptography takes a while to import, and most runs sign in with wallets alone.
    from cli.identity_providers import running_providers  # noqa: PLC0415

    return running_providers(
        pinned_port(folder, "identity"),
        pinned_port(folder, "server-wallets"),
        pinned_port(folder, "older-system"),
        folder.root / "older-system" if plan.keeps_books else None,
    )


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise CommandError(
            "DISK_FULL",
            f"{folder} has {free // 1_000_000} MB left",
            f"free at least {LEAST_FREE_BYTES // 1_000_000} MB there, then run again",
        )


def parameters_of(plan: Plan, venue_url: str) -> dict[str, str]:
    """Give the template's parameters for a system on this machine."""
    return {
        "Stage": "local",
        "HyperliquidUrl": venue_url,
        "HyperliquidChain": "Testnet",
        "SiweDomains": SIGN_IN.domain,
        "SiweUris": SIGN_IN.uri,
        "SiweChainIds": str(SIGN_IN.chain_id),
        "CorsOrigins": SIGN_IN.uri,
        "OperatorAddresses": plan.operator,
        "VenueWeightPerMinute": str(plan.weight_per_minute),
        "EgressGroup": "main",
        "LaneConcurrency": str(LANES_AT_ONCE),
        # The stand-in venue's money is none, and a replay squeezes days of prices into seconds.
        "AgentMaxOrderNotional": "100000000",
        "AgentMaxDailyNotional": "10000000000",
        "AgentMaxLeverage": "50",
        "AgentPriceBandBps": "2000",
        **plan.parameters,
    }
