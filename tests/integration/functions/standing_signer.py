"""A signer that stands where Lambda stands: it answers one function's invocations, and signs."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from custody.requests import read_intents
from tests.fakes.signing import KeySigner
from tests.integration.serving import serving
from understudy.domain.codec import to_plain

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

OWNER, AGENT = b"\x01" * 32, b"\x02" * 32
SIGNER = KeySigner(lambda _agent_id: AGENT)


class Invocations(BaseHTTPRequestHandler):
    """Signs whatever is asked with the agent's key."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        signed = SIGNER.sign(read_intents(asked))
        answer = json.dumps({"results": [to_plain(each) for each in signed]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *said: object) -> None:
        """Say nothing."""


def standing_signer() -> AbstractContextManager[str]:
    """Serve the signer; gives its address."""
    return serving(Invocations)
