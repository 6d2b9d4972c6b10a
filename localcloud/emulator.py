"""Starts, watches and stops the emulator as a child process with a clean environment."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from localcloud import wire
from localcloud.endings import unbroken
from localcloud.errors import Code, LocalCloudError
from localcloud.guard import guarded
from localcloud.ports import pinned_port
from localcloud.processes import is_frozen
from localcloud.session import ACCESS_KEY, REGION, SECRET_KEY

if TYPE_CHECKING:
    from types import TracebackType

    from localcloud.state_folder import Lock, StateFolder

START_SECONDS = 30.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 60.0
"""Saving a long run takes seconds, and a kill would lose it all."""
CONCURRENT_FUNCTIONS = 40
"""Room for the listeners, which run all the time, and for bursts of copies."""
_REPOSITORY = Path(__file__).resolve().parent.parent
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
_POLL_SECONDS = 0.02
_DEATH_SECONDS = 0.5
_LOG_TAIL_CHARACTERS = 1500


class Emulator:
    """One running emulator; a context manager that stops it and saves its state."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: StateFolder) -> None:
        self._process = process
        self._folder = folder
        self._stopped = False
        self.port = port
        self.endpoint_url = f"http://{wire.HOST}:{port}"
        self.after_a_kill = False
        """Whether the run before this one was killed, so that its last changes are lost."""

    @classmethod
    def start(
        cls, folder: StateFolder, *, port: int | None = None, lock: Lock | None = None
    ) -> Self:
        """Start on the port pinned in `folder` and return once requests are answered.

        `lock` is the caller's hold on the folder; without one it is taken here.

        Raises:
            LocalCloudError: the folder, the port or the emulator is not usable; nothing is left
                running.
        """
        folder.prepare_root()
        lock = folder.lock() if lock is None else lock.shared()
        emulator = None
        try:
            with closing(lock):
                pinned = pinned_port(folder, "cloud", port)
                folder.prepare()
                folder.require_whole()
                with unbroken():
                    emulator = cls(_launch(folder, pinned, lock), pinned, folder)
            emulator.after_a_kill = lock.after_a_kill
            emulator._await_start()
        except BaseException:
            if emulator is not None:
                emulator._end()
            raise
        return emulator

    @property
    def process_id(self) -> int:
        """The id of the process whose tree holds the emulator and its function workers."""
        return self._process.pid

    def check(self) -> None:
        """Raise EMULATOR_DIED when the process is gone, EMULATOR_FROZEN while it stands still."""
        if self._process.poll() is not None:
            raise self._died()
        if is_frozen(self._process.pid):
            raise LocalCloudError(
                Code.EMULATOR_FROZEN,
                f"a signal froze the emulator's process ({self._process.pid})",
                "start again, and let its process run: no SIGSTOP, no debugger",
            )

    def control(self, page: str) -> Any:
        """Return one of the emulator's own pages, such as `calls`.

        Raises:
            LocalCloudError: EMULATOR_DIED, EMULATOR_FROZEN.
        """
        try:
            return self._page(page)
        except (OSError, http.client.HTTPException):
            with suppress(subprocess.TimeoutExpired):  # the socket goes before the process does
                self._process.wait(_DEATH_SECONDS)
            self.check()
            raise

    def log_text(self) -> str:
        """Return what the emulator has said in this run: warnings and errors."""
        return self._folder.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the functions, save the state, end the process; idempotent.

        Raises:
            LocalCloudError: STATE_NOT_SAVED, or DISK_FULL where that is why; EMULATOR_DIED if it
                was already gone.
        """
        if self._stopped:
            return
        self._stopped = True
        died = self._process.poll() is not None
        exit_code = self._end()
        if died:
            raise self._died()
        if exit_code != 0:
            raise LocalCloudError(
                Code.DISK_FULL if self._folder.is_full() else Code.STATE_NOT_SAVED,
                f"the emulator could not save its state in {self._folder.cloud}",
                f"free disk space and check {self._folder.log}; changes of this run are lost",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except LocalCloudError:
            # A failure explains the end better; but who merely stops a run counts on its state.
            if not isinstance(error, Exception):
                raise

    def _page(self, page: str) -> Any:
        with closing(
            http.client.HTTPConnection(wire.HOST, self.port, timeout=ANSWER_SECONDS)
        ) as connection:
            connection.request("GET", f"{wire.CONTROL}{page}")
            return json.loads(connection.getresponse().read())

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            try:
                alive = self._page("alive")
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(_POLL_SECONDS)
                continue
            if alive.get("process_id") == self.process_id:
                return
        raise LocalCloudError(
            Code.EMULATOR_SLOW,
            f"the emulator did not answer within {START_SECONDS:.0f} seconds",
            f"look into {self._folder.log}; a busy machine may need a second try",
        )

    def _end(self) -> int:
        with unbroken():  # what still saves would write into a folder that is being removed
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
                self._process.send_signal(signal.SIGCONT)  # frozen, it would not hear of it
            try:
                return self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                return self._process.wait()

    def _died(self) -> LocalCloudError:
        log = self.log_text()
        refused = [line for line in log.splitlines() if line.startswith(wire.REFUSAL)]
        if refused:
            facts = json.loads(refused[-1].removeprefix(wire.REFUSAL))
            return LocalCloudError(Code(facts["code"]), facts["message"], facts["remedy"])
        return LocalCloudError(
            Code.EMULATOR_DIED,
            f"the emulator's process ended by itself (exit code {self._process.returncode})",
            f"start again; changes since the last clean stop are lost; its log, {self._folder.log},"
            f" ends with:\n{log[-_LOG_TAIL_CHARACTERS:]}",
        )


def _launch(folder: StateFolder, port: int, lock: Lock) -> subprocess.Popen[bytes]:
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "localcloud.launcher"],
            cwd=_REPOSITORY,
            env=_environment(folder, port, lock),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.descriptor],
            start_new_session=True,  # Ctrl-C is the parent's to translate into a clean stop
        )


def _environment(folder: StateFolder, port: int, lock: Lock) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return guarded(
        {
            **inherited,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": f"http://{wire.HOST}:{port}",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "BIND_HOST": wire.HOST,
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_ACCOUNT_CONCURRENCY": str(CONCURRENT_FUNCTIONS),
            "LOG_LEVEL": "WARNING",
            "MINISTACK_HOST": wire.HOST,
            "PERSIST_STATE": "1",
            "PYTHONPATH": str(_REPOSITORY),
            "S3_DATA_DIR": str(folder.objects),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(folder.services),
            "TMPDIR": str(folder.temporary),
            wire.LOCK_DESCRIPTOR: str(lock.descriptor),
            wire.PARENT_PROCESS_ID: str(os.getpid()),
        }
    )
