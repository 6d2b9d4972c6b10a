"""The running system as the permission checks use it: functions called directly, or by queues.

Everything here looks and prepares with the root key. What is judged runs in the functions, under
their own roles.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.system import System
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

PATIENT, IMPATIENT = 10.0, 1.0
WAIT_SECONDS = 6.0
STEP_SECONDS = 0.1
MARKED_SECONDS = 30.0
FRESH_MS = 3_000


@dataclass(frozen=True)
class Stage:
    """One running system; `patience` stretches every wait.

    It is as great as a slow machine needs; who waits for what shall not come takes IMPATIENT.
    """

    system: System
    patience: float = PATIENT

    @cached_property
    def copies(self) -> DynamoCopyStore:
        """The follows and all that changes with a copy."""
        return DynamoCopyStore(self.table("CopyingTable"), self.markets)

    @cached_property
    def leaders(self) -> DynamoLeaderStore:
        """The leaders' books."""
        return DynamoLeaderStore(self.table("CopyingTable"))

    @cached_property
    def markets(self) -> DynamoMarketStore:
        """Markets and marks."""
        return DynamoMarketStore(self.table("MarketTable"), SystemClock())

    def client(self, service: str) -> Any:
        """Give a client with the root key."""
        return self.system.stack.session().client(service)

    def now_ms(self) -> int:
        """Give the time."""
        return SystemClock().now_ms()

    def table(self, name: str) -> Table:
        """Give a table with the root key."""
        return Table(self.client("dynamodb"), self.system.stack.stack.tables[name])

    def queue(self, name: str) -> str:
        """Give the address of a queue."""
        return self.system.stack.stack.queue_urls[name]

    def mark(self, symbol: str) -> Decimal:
        """Give the newest price of a symbol."""
        return self.markets.marks(HYPERLIQUID).prices[symbol]

    def marked_at_ms(self) -> int:
        """Say when the marks were written last."""
        return max(self.markets.marks(HYPERLIQUID).at_ms.values(), default=0)

    def invoke(self, function: str, event: object, *, alias: str = "") -> Any:
        """Call a function and give its answer; what it raises fails the check."""
        name = self.system.stack.stack.functions[function]
        target = f"{name}:{alias}" if alias else name
        answer = self.client("lambda").invoke(FunctionName=target, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, said
        return said

    def begin(self, function: str, event: object) -> None:
        """Call a function without waiting for it."""
        name, payload = self.system.stack.stack.functions[function], json.dumps(event)
        client = self.client("lambda")
        client.invoke(FunctionName=name, InvocationType="Event", Payload=payload)

    def deliver(self, function: str, *messages: object) -> None:
        """Hand messages to a function as its queue does; each must be done at once."""
        records = [_record(number, encode(message)) for number, message in enumerate(messages)]
        assert self.invoke(function, {"Records": records}) == {"batchItemFailures": []}

    def restart(self, function: str) -> None:
        """End the function's warm workers, with all that they remember."""
        client, name = self.client("lambda"), self.system.stack.stack.functions[function]
        memory = client.get_function_configuration(FunctionName=name)["MemorySize"]
        client.update_function_configuration(FunctionName=name, MemorySize=memory)
        self._await_ready(name)

    @contextmanager
    def deployed_with(self, function: str, **variables: str) -> Iterator[None]:
        """Have fresh workers of a function read other settings for the time of a block."""
        client, name = self.client("lambda"), self.system.stack.stack.functions[function]
        found = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        try:
            self._set(name, {**found, **variables})
            yield
        finally:
            self._set(name, found)

    def wait(self, what: str, is_so: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Wait until something is so; fail when it takes too long."""
        seconds *= self.patience
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
            time.sleep(STEP_SECONDS)

    def make_ready(self) -> None:
        """Lift the venue's limits and wait until the listener keeps the marks fresh."""
        self.system.bench.command("rules", rate_limits=False)
        self.wait(
            "fresh marks",
            lambda: self.now_ms() - self.marked_at_ms() < FRESH_MS,
            MARKED_SECONDS,
        )

    def _set(self, name: str, variables: dict[str, str]) -> None:
        client = self.client("lambda")
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        self._await_ready(name)

    def _await_ready(self, name: str) -> None:
        client = self.client("lambda")

        def is_ready() -> bool:
            found = client.get_function_configuration(FunctionName=name)
            return bool(found["State"] == "Active" and found["LastUpdateStatus"] == "Successful")

        self.wait(f"{name} restarted", is_ready)


def _record(number: int, body: str) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "none",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "group"},
    }
