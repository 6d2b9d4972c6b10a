"""One content per intent, counted once, signed by the right key, written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from custody.audit import AuditEvent
from custody.keys import Sealed, wrapped_only
from custody.refusals import Refusal
from custody.signer import MAX_BATCH, IntentSigner
from custody.store import Approval, Recorded
from tests.fakes.custody import untold
from tests.patience import PATIENCE_SECONDS
from tests.unit.custody.scene import NOW_MS, POLICY, TESTNET, Scene
from understudy.domain.errors import DependencyError, InvalidInputError, SigningUnavailableError
from understudy.domain.intents import (
    Intent,
    Signed,
    SigningAnswer,
    SigningRefused,
    SigningUnavailable,
)


def events(scene: Scene) -> list[str]:
    return [entry.event for entry in scene.store.audited if entry.event.startswith("INTENT")]


def spent_today(scene: Scene) -> Decimal:
    return sum(scene.store.spent.values(), Decimal(0))


def test_the_same_intent_gives_the_same_bytes_and_counts_once() -> None:
    scene = Scene()

    first = scene.signed(scene.entry())
    second = scene.signed(scene.entry())

    assert first == second
    assert spent_today(scene) == Decimal("0.1") * 50_250


@pytest.mark.parametrize(
    "changes",
    [
        {"size": Decimal("0.11")},
        {"limit_price": Decimal(50_251)},
        {"nonce": NOW_MS + 1},
        {"expires_at_ms": NOW_MS + 8001},
    ],
)
def test_another_content_for_the_same_intent_is_refused(changes: dict[str, Any]) -> None:
    scene = Scene()
    scene.signed(scene.entry())

    changed = replace(scene.entry(), **changes)

    assert scene.refusal(changed) == Refusal.INTENT_CONTENT_CHANGED


def test_another_agent_cannot_sign_an_intent_that_one_has_signed() -> None:
    scene = Scene()
    scene.signed(scene.entry())
    other = scene.enrol("user-2")

    assert scene.refusal(scene.entry(agent_id=other.agent_id)) == Refusal.INTENT_CONTENT_CHANGED


def test_an_exit_cannot_become_an_entry_under_the_same_intent() -> None:
    scene = Scene()
    scene.signed(scene.exit())
    as_entry = replace(scene.exit(), kind=scene.entry().kind)

    assert scene.refusal(as_entry) == Refusal.INTENT_CONTENT_CHANGED


def test_what_was_signed_once_is_signed_again_when_the_mark_has_gone_stale() -> None:
    scene = Scene()
    intent = scene.entry(expires_at_ms=NOW_MS + 60_000)
    first = scene.signed(intent)
    scene.clock.advance(30_000)

    assert scene.signed(intent) == first


def test_what_was_signed_once_is_not_signed_again_after_it_expired() -> None:
    scene = Scene()
    intent = scene.entry()
    scene.signed(intent)
    scene.clock.move_to(intent.expires_at_ms)

    assert scene.refusal(intent) == Refusal.EXPIRED


def test_nothing_is_signed_when_the_time_runs_out_while_the_key_is_opened() -> None:
    scene = Scene()
    intent = scene.entry()
    opening = scene.vault.open

    def open_slowly(sealed: Sealed, context: dict[str, str]) -> bytes:
        scene.clock.move_to(intent.expires_at_ms)
        return opening(sealed, context)

    scene.vault.open = open_slowly  # type: ignore[method-assign,assignment]  # the fake, interrupted

    assert scene.refusal(intent) == Refusal.EXPIRED


def test_the_day_has_room_for_so_much_and_no_more() -> None:
    scene = Scene()
    entries = [scene.entry(f"trade {n}") for n in range(5)]

    answers = scene.sign(*entries)

    reasons = [getattr(answer, "reason", "signed") for answer in answers]
    assert reasons == ["signed"] * 4 + [Refusal.DAILY_NOTIONAL_EXCEEDED]
    assert spent_today(scene) <= POLICY.max_daily_notional


def test_a_new_day_has_its_room_again() -> None:
    scene = Scene()
    scene.sign(*[scene.entry(f"trade {n}") for n in range(4)])
    scene.clock.advance(86_400_000)
    scene.mark("BTC", "50000")

    assert scene.signed(scene.entry("tomorrow")).body


def test_exits_count_nothing_and_pass_when_the_day_is_full() -> None:
    scene = Scene()
    scene.sign(*[scene.entry(f"trade {n}") for n in range(4)])
    before = spent_today(scene)

    assert scene.signed(scene.exit(size=Decimal(100))).body
    assert spent_today(scene) == before


def test_two_threads_with_one_intent_get_the_same_bytes_and_count_once() -> None:
    scene = Scene()
    answers = in_two_threads(scene, scene.entry(), scene.entry())

    assert answers[0] == answers[1]
    assert isinstance(answers[0], Signed)
    assert spent_today(scene) == Decimal("0.1") * 50_250


def test_two_threads_with_two_contents_of_one_intent_get_one_signature() -> None:
    scene = Scene()
    answers = in_two_threads(scene, scene.entry(), scene.entry(nonce=NOW_MS + 1))

    assert sorted(type(answer) is Signed for answer in answers) == [False, True]
    (refused,) = (answer for answer in answers if isinstance(answer, SigningRefused))
    assert refused.reason == Refusal.INTENT_CONTENT_CHANGED


def in_two_threads(scene: Scene, *intents: Intent) -> list[SigningAnswer]:
    both_have_read = Barrier(2, timeout=PATIENCE_SECONDS)
    read = scene.store.read

    def read_and_wait(batch: list[Intent], day: str) -> object:
        readings = read(batch, day)
        both_have_read.wait()
        return readings

    scene.store.read = read_and_wait  # type: ignore[method-assign,assignment]  # the fake, interrupted
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda intent: scene.sign(intent)[0], intents))


def test_a_batch_is_answered_in_order_with_its_lanes_side_by_side() -> None:
    scene = Scene()
    other = scene.enrol("user-2")
    batch = [scene.entry("a"), scene.entry("b", agent_id=other.agent_id), scene.exit("c")]
    with ThreadPoolExecutor(2) as threads:
        signer = IntentSigner(
            scene.store, wrapped_only(scene.vault), scene.clock, TESTNET, untold, threads
        )
        answers = signer.sign(batch)

    assert [answer.intent_id for answer in answers] == [intent.intent_id for intent in batch]
    assert all(isinstance(answer, Signed) for answer in answers)


def test_a_lane_opens_its_key_once_for_all_its_intents() -> None:
    scene = Scene()

    scene.sign(scene.leverage(), scene.entry())

    assert scene.vault.opened == 1


def test_no_key_is_opened_for_what_is_refused() -> None:
    scene = Scene()

    scene.sign(scene.entry(leverage=99))

    assert scene.vault.opened == 0


def test_a_key_sealed_to_another_agent_signs_nothing_and_stops_nobody_else() -> None:
    scene = Scene()
    other = scene.enrol("user-2")
    swapped = replace(scene.agent, agent_id="swapped", ciphertext=other.ciphertext)
    scene.store.create(swapped, POLICY, scene.store.audited[0])
    scene.enrolment.activate("swapped")

    answers = scene.sign(scene.entry(agent_id="swapped"), scene.entry("mine"))

    assert answers[0] == SigningRefused(scene.entry().intent_id, Refusal.KEY_UNUSABLE)
    assert isinstance(answers[1], Signed)


def test_a_store_that_loses_one_lanes_record_answers_the_other_lane() -> None:
    scene = Scene()
    other = scene.enrol("user-2")
    record = scene.store.record

    def lose_those_of_the_other(approval: Approval) -> Recorded:
        if approval.agent_id == other.agent_id:
            raise DependencyError("the table did not answer")
        return record(approval)

    scene.store.record = lose_those_of_the_other  # type: ignore[method-assign]  # the fake, interrupted

    lost, signed = scene.sign(scene.entry("its", agent_id=other.agent_id), scene.entry("mine"))

    assert isinstance(lost, SigningUnavailable)
    assert isinstance(signed, Signed)


def test_a_vault_that_is_away_gives_nothing_out_and_the_batch_can_be_repeated() -> None:
    scene = Scene()
    scene.vault.is_away = True
    with pytest.raises(SigningUnavailableError):
        scene.sign(scene.entry())
    scene.vault.is_away = False

    assert scene.signed(scene.entry()).body
    assert spent_today(scene) == Decimal("0.1") * 50_250


def test_what_was_approved_and_not_signed_is_audited_as_that_each_time() -> None:
    scene = Scene()
    scene.vault.is_away = True
    for _ in range(2):
        unsigned, refused = scene.sign(scene.entry(), scene.entry("other", leverage=99))
        assert isinstance(unsigned, SigningUnavailable)
        assert isinstance(refused, SigningRefused)
    scene.vault.is_away = False
    scene.signed(scene.entry())

    one_time = ["INTENT_UNAVAILABLE", "INTENT_REFUSED"]
    signed = ["INTENT_REPEATED", "INTENT_SIGNED"]
    assert events(scene) == ["INTENT_APPROVED", *one_time, *one_time, *signed]
    named = {
        entry.facts["intent_id"] for entry in scene.store.audited if "intent_id" in entry.facts
    }
    assert named == {scene.entry().intent_id, scene.entry("other").intent_id}
    assert scene.store.audited[-1].correlation_id == "copy-1"


def test_a_batch_that_is_too_long_is_refused_whole() -> None:
    scene = Scene()

    with pytest.raises(InvalidInputError, match="at most 16"):
        scene.sign(*[scene.entry(str(n)) for n in range(MAX_BATCH + 1)])


def test_every_request_is_written_down_with_its_result() -> None:
    scene = Scene()
    scene.sign(scene.entry())
    scene.sign(scene.entry(), scene.entry("late", expires_at_ms=NOW_MS))

    assert events(scene) == [
        AuditEvent.INTENT_APPROVED,
        AuditEvent.INTENT_SIGNED,
        AuditEvent.INTENT_REPEATED,
        AuditEvent.INTENT_SIGNED,
        AuditEvent.INTENT_REFUSED,
    ]
    assert scene.store.audited[-1].facts["reason"] == Refusal.EXPIRED
    assert scene.store.audited[-1].facts["size"] == "0.1"
