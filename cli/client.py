"""A small client of the public API, for the command, the demo and tests. One per signed-in user."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cli.wallet_key import WalletKey

TIMEOUT_SECONDS = 30
MOST_PAUSES_SECONDS = 120
TOO_MANY_CALLS = 429
PAGE_SIZE = 100
HTTP_ERRORS_FROM = 400
FAULTS_FROM = 500
UNREADABLE_ANSWER = "UNREADABLE_ANSWER"
API_FAILED = "API_FAILED"
API_UNREACHABLE = "API_UNREACHABLE"
Answer = dict[str, Any]


class ApiError(Exception):
    """The API refused: `status` and `code` for programs, the message for people.

    `again_in_seconds` is when the API asks to be called again; 0 when it does not say.
    """

    def __init__(self, status: int, code: str, detail: str, again_in_seconds: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.again_in_seconds = again_in_seconds


class ApiUnreachableError(ApiError):
    """Nobody answered."""


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where the client signs in: what the sign-in message names, and the routes that take it.

    `resource` is what the message names as a resource; '' for nothing.
    """

    domain: str
    uri: str
    chain_id: int
    door: str = "/v1/auth"
    resource: str = ""


def pause_aloud(seconds: int) -> None:
    """Wait, and say on standard error for what."""
    sys.stderr.write(f"the API asks for a pause of {seconds} s: too many calls\n")
    time.sleep(seconds)


class ApiClient:
    """Talks to the API as one user; pauses when the API asks for it."""

    def __init__(
        self,
        base_url: str,
        place: SignInPlace,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[int], None] = pause_aloud,
    ) -> None:
        self._url = urlsplit(base_url.rstrip("/"))
        self._place = place
        self._now = now
        self._pause = pause
        self._access_token = ""
        self._refresh_token = ""

    def sign_in(self, key: WalletKey) -> Answer:
        """Sign in with a wallet's key; gives the wallet."""
        siwe = f"{self._place.door}/siwe"
        answer = self.call("POST", f"{siwe}/verify", self._proof(key, f"{siwe}/nonce"))
        self._keep(answer)
        return cast("Answer", answer["wallet"])

    def link_wallet(self, key: WalletKey) -> Answer:
        """Link a further wallet by its key; gives the wallet."""
        return self.call("POST", "/v1/wallets", self._proof(key, "/v1/wallets/nonce"))

    def refresh(self) -> None:
        """Exchange the refresh token for the next pair."""
        spent = {"refresh_token": self._refresh_token}
        self._keep(self.call("POST", f"{self._place.door}/refresh", spent))

    def sign_out(self) -> None:
        """End the session."""
        self.call("POST", f"{self._place.door}/logout", {"refresh_token": self._refresh_token})
        self._access_token = self._refresh_token = ""

    def me(self) -> Answer:
        """Give the user with the wallets."""
        return self.call("GET", "/v1/me")

    def enable_agent(self, name: str) -> Answer:
        """Make an agent: `{agent, to_sign: [{action, typed_data}]}`."""
        wanted = {"scope": "TRADE_ONLY", "agent_name": name}
        return self.call("POST", "/v1/agents/enable", wanted)

    def confirm_agent(self, delegation: Mapping[str, Any], key: WalletKey) -> Answer:
        """Sign what a delegation asks for and hand it in; gives the agent."""
        signatures = [key.sign_action(each["action"]) for each in delegation["to_sign"]]
        confirmed = {"agent_id": delegation["agent"]["agent_id"], "signatures": signatures}
        return cast("Answer", self.call("POST", "/v1/agents/confirm", confirmed)["agent"])

    def revoke_agent(self, agent_id: str) -> Answer:
        """Revoke an agent; gives what to sign for the venue, if any, like `enable_agent`."""
        return self.call("DELETE", f"/v1/agents/{quote(agent_id)}")

    def create_follow(self, leader: str, limits: Mapping[str, Any]) -> Answer:
        """Follow a leader with the active wallet; INACTIVE until it is started."""
        wanted = {"venue": "hyperliquid", "leader_address": leader, "limits": limits}
        return self.call("POST", "/v1/follows", wanted)

    def change_limits(self, follow_id: str, limits: Mapping[str, Any]) -> Answer:
        """Change limits of a follow."""
        return self.call("PATCH", f"/v1/follows/{quote(follow_id)}", {"limits": limits})

    def start(self, follow_id: str) -> Answer:
        """Start a follow."""
        return self.call("POST", f"/v1/follows/{quote(follow_id)}/start")

    def pause(self, follow_id: str) -> Answer:
        """Pause a follow."""
        return self.call("POST", f"/v1/follows/{quote(follow_id)}/pause")

    def delete(self, follow_id: str) -> Answer:
        """Delete a follow."""
        return self.call("DELETE", f"/v1/follows/{quote(follow_id)}")

    def follows(self) -> list[Answer]:
        """List the follows."""
        return cast("list[Answer]", self.call("GET", "/v1/follows")["items"])

    def copies(self, follow_id: str) -> Iterator[Answer]:
        """Give every receipt of a follow, newest first, page by page."""
        query = {"follow_id": follow_id, "limit": str(PAGE_SIZE)}
        while True:
            page = self.call("GET", f"/v1/copies?{urlencode(query)}")
            yield from page["items"]
            if not page["cursor"]:
                return
            query["cursor"] = page["cursor"]

    def portfolio(self, follow_id: str) -> Answer:
        """Give what a follow holds and has earned."""
        return self.call("GET", f"/v1/follows/{quote(follow_id)}/portfolio")

    def status(self) -> Answer:
        """Give the state of the system."""
        return self.call("GET", "/v1/system/status")

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Make one call, with a fresh access token if the old one is over.

        Raises ApiError, ApiUnreachableError when nobody answered.
        """
        try:
            return self._patiently(method, path, body)
        except ApiError as error:
            if error.code != "ACCESS_TOKEN_EXPIRED":
                raise
        self._access_token = ""
        self.refresh()
        return self._patiently(method, path, body)

    def _patiently(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """Call again after each pause that the API asks for: a call it did not let in did nothing.

        The error goes on to the caller once the pauses would exceed two minutes.
        """
        paused_seconds = 0
        while True:
            try:
                return self._call(method, path, body)
            except ApiError as error:
                paused_seconds += error.again_in_seconds
                is_asked = error.status == TOO_MANY_CALLS and error.again_in_seconds > 0
                if not is_asked or paused_seconds > MOST_PAUSES_SECONDS:
                    raise
                self._pause(error.again_in_seconds)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        headers = {"Content-Type": "application/json"}
        if self._access_token:
            headers["Authorization"] = f"Bearer {self._access_token}"
        text = None if body is None else json.dumps(body)
        status, raw, retry_after = self._exchange(method, path, text, headers)
        answer = _read(status, raw)
        if status >= HTTP_ERRORS_FROM:
            code = str(answer.get("code", "UNKNOWN"))
            again_in_seconds = int(retry_after) if retry_after.isdecimal() else 0
            raise ApiError(status, code, str(answer.get("detail", answer)), again_in_seconds)
        return answer

    def _exchange(
        self, method: str, path: str, text: str | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str]:
        secure = self._url.scheme == "https"
        make = HTTPSConnection if secure else HTTPConnection
        # A connection of its own for each call: a kept one may be gone, and a POST is not repeated.
        with closing(make(self._url.netloc, timeout=TIMEOUT_SECONDS)) as connection:
            try:
                connection.request(method, self._url.path + path, text, dict(headers))
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.getheader("Retry-After") or ""
            except (OSError, HTTPException) as error:
                where = f"{self._url.scheme}://{self._url.netloc}"
                raise ApiUnreachableError(
                    0, API_UNREACHABLE, f"the API at {where} does not answer: is it up?"
                ) from error

    def _keep(self, answer: Answer) -> None:
        self._access_token = answer["access_token"]
        self._refresh_token = answer["refresh_token"]

    def _proof(self, key: WalletKey, nonces: str) -> dict[str, str]:
        query = urlencode({"address": key.address})
        message = self._message(key.address, self.call("GET", f"{nonces}?{query}")["nonce"])
        return {"address": key.address, "message": message, "signature": key.sign_text(message)}

    def _message(self, address: str, nonce: str) -> str:
        place = self._place
        issued_at = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        resources = f"\nResources:\n- {place.resource}" if place.resource else ""
        return (
            f"{place.domain} wants you to sign in with your Ethereum account:\n{address}\n\n"
            f"Sign in to Understudy.\n\nURI: {place.uri}\nVersion: 1\n"
            f"Chain ID: {place.chain_id}\nNonce: {nonce}\nIssued At: {issued_at}{resources}"
        )


def _read(status: int, raw: bytes) -> Answer:
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    # The gateway answers so by itself, in words of its own.
    is_by_itself = status >= FAULTS_FROM or status == TOO_MANY_CALLS
    if not isinstance(answer, dict) or (is_by_itself and "code" not in answer):
        if is_by_itself:
            said = f"the API failed ({status}) and did not say why"
            raise ApiError(status, API_FAILED, said)
        other = f"what answers there is no API of Understudy (HTTP {status})"
        raise ApiError(status, UNREADABLE_ANSWER, other)
    return answer
