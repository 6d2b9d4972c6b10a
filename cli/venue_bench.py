"""The simulated venue's test bench, as the command uses it: funding, replay, books."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from cli.errors import CommandError

TIMEOUT_SECONDS = 30
OK = 200
LOOK = "see that its system is up, and that this is the venue's address"


@dataclass(frozen=True, slots=True)
class VenueBench:
    """Commands the simulator at one address."""

    url: str

    @property
    def leader_address(self) -> str:
        """Give the address of the recorded leader."""
        return str(self.look("replay")["leader_address"])

    def look(self, page: str) -> Any:
        """Read a page of the test bench."""
        return self._call("GET", f"/_simulator/{page}", None)

    def command(self, page: str, **fields: Any) -> Any:
        """Give a command to the test bench."""
        return self._call("POST", f"/_simulator/{page}", fields)

    def ask(self, **question: Any) -> Any:
        """Ask what anybody may ask the venue."""
        return self._call("POST", "/info", question)

    def _call(self, method: str, path: str, fields: dict[str, Any] | None) -> Any:
        text = None if fields is None else json.dumps(fields)
        place = urlsplit(self.url).netloc
        with closing(HTTPConnection(place, timeout=TIMEOUT_SECONDS)) as connection:
            try:
                connection.request(method, path, text, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                said = answer.read()
            except (OSError, HTTPException) as error:
                raise CommandError(
                    "SIMULATOR_UNREACHABLE",
                    f"the simulated venue at {self.url} does not answer",
                    f"{LOOK}, and run again: a busy machine may need a second try",
                ) from error
        found = _read(said)
        if answer.status == OK and found is not None:
            return found
        raise self._refused(found, answer.status)

    def _refused(self, found: Any, status: int) -> CommandError:
        if isinstance(found, dict) and "error" in found:
            said = f"the simulated venue at {self.url} refuses this: {found['error']}"
            return CommandError("SIMULATOR_REFUSED", said, f"put right what it names, or {LOOK}")
        other = f"what answers at {self.url} is no simulated venue (HTTP {status})"
        return CommandError("SIMULATOR_REFUSED", other, LOOK)


def _read(said: bytes) -> Any:
    """Read what the test bench says, which is never null; None for a page of something else."""
    try:
        return json.loads(said)
    except ValueError:
        return None
