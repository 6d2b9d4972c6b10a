"""What signs for one lane may be away: the other lanes of the same call go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.custody.scene import Scene
from understudy.adapters.threads import Threads
from understudy.domain.errors import SigningUnavailableError
from understudy.domain.intents import Intent, Signed, SigningAnswer, SigningUnavailable
from understudy.workflows.copying.lanes import Signing, run_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence


class HalfAway:
    """Implements `Signer`; has no answer for one intent."""

    def __init__(self, lost: Intent) -> None:
        self._lost = lost

    def sign(self, intents: Sequence[Intent]) -> list[SigningAnswer]:
        return [self._answer(intent) for intent in intents]

    def _answer(self, intent: Intent) -> SigningAnswer:
        if intent == self._lost:
            return SigningUnavailable(intent.intent_id, "its authority is away")
        return Signed(intent.intent_id, "body")


def test_a_lane_without_an_answer_hears_so_and_the_others_get_theirs() -> None:
    intents = {name: Scene().entry(name) for name in ("a", "b", "c")}
    heard: dict[str, object] = {}

    def lane(name: str) -> Signing:
        try:
            heard[name] = yield intents[name]
        except SigningUnavailableError as error:
            heard[name] = error.message
            raise

    lanes = {name: lane(name) for name in intents}
    failed = run_lanes(lanes, HalfAway(intents["b"]), Threads(3))

    assert set(failed) == {"b"}
    assert heard["b"] == "its authority is away"
    assert [heard[name] for name in ("a", "c")] == [
        Signed(intents[name].intent_id, "body") for name in ("a", "c")
    ]
