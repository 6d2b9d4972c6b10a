"""A signature is given out once its result is written down, and never without."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from custody.keys import wrapped_only
from custody.secp256k1 import SigningKey
from custody.signer import MAX_BATCH, IntentSigner
from tests.fakes.custody import untold
from tests.unit.custody.scene import TESTNET, Scene, mark_of, signature_of
from tests.unit.custody.test_authorities import Mixed
from understudy.domain.errors import DependencyError, SigningUnavailableError
from understudy.domain.intents import (
    Signed,
    SigningAnswer,
    SigningRefused,
    SigningUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.audit import AuditEntry


def rows(scene: Scene, event: str = "INTENT") -> list[AuditEntry]:
    return [entry for entry in scene.store.audited if entry.event.startswith(event)]


def events(scene: Scene) -> list[str]:
    return [entry.event for entry in rows(scene)]


def marks(scene: Scene) -> list[object]:
    return [entry.facts["signature_mark"] for entry in rows(scene, "INTENT_SIGNED")]


class Writing:
    """Takes the place of the store's `audit`: counts its calls, and fails when it is told to."""

    def __init__(self, scene: Scene) -> None:
        self._write = scene.store.audit
        self.calls: list[int] = []
        self.is_away = self.is_unheard = False
        scene.store.audit = self  # type: ignore[method-assign]  # the fake, interrupted

    def __call__(self, entries: Sequence[AuditEntry]) -> None:
        self.calls.append(len(entries))
        if self.is_away:
            raise DependencyError("the audit table did not answer")
        self._write(entries)
        if self.is_unheard:
            raise DependencyError("the audit table's answer was lost")


def test_a_signature_has_a_row_for_the_request_and_one_for_the_result() -> None:
    scene = Scene()
    intent = scene.entry()
    answer = scene.signed(intent)

    approved, result = rows(scene)

    assert (approved.event, result.event) == ("INTENT_APPROVED", "INTENT_SIGNED")
    assert result.facts == {
        "intent_id": intent.intent_id,
        "content": approved.facts["content"],
        "signature_mark": mark_of(answer),
    }
    assert (result.subject, result.correlation_id) == (intent.agent_id, intent.copy_id)


def test_a_repetition_has_both_rows_too_and_the_mark_of_the_same_signature() -> None:
    scene = Scene()
    answers = [scene.signed(scene.entry()) for _ in range(2)]

    assert events(scene)[2:] == ["INTENT_REPEATED", "INTENT_SIGNED"]
    assert marks(scene) == [mark_of(each) for each in answers]
    assert len(set(marks(scene))) == 1


def test_a_key_that_signs_otherwise_each_time_has_each_signatures_mark() -> None:
    scene = Mixed()
    agent = scene.resident()
    answers = [scene.signed(scene.entry(agent_id=agent.agent_id)) for _ in range(2)]

    assert marks(scene) == [mark_of(each) for each in answers]
    assert len(set(marks(scene))) == 2


def test_no_row_holds_a_signature_or_what_was_signed() -> None:
    scene = Scene()
    signature = signature_of(scene.signed(scene.entry()))

    text = repr(scene.store.audited).lower()

    assert not [part for part in signature[:2] if f"{part:064x}" in text or str(part) in text]
    assert '"action"' not in text


def test_no_signature_is_given_out_whose_result_is_not_written_and_it_is_asked_for_again() -> None:
    scene = Scene()
    writing = Writing(scene)
    writing.is_away = True

    with pytest.raises(SigningUnavailableError):
        scene.sign(scene.entry())

    assert events(scene) == ["INTENT_APPROVED"]
    writing.is_away = False
    again = scene.signed(scene.entry())
    assert events(scene) == ["INTENT_APPROVED", "INTENT_REPEATED", "INTENT_SIGNED"]
    assert marks(scene) == [mark_of(again)]


def test_a_result_that_is_written_unheard_is_written_once_more_and_says_the_same() -> None:
    scene = Scene()
    writing = Writing(scene)
    writing.is_unheard = True
    with pytest.raises(SigningUnavailableError):
        scene.sign(scene.entry())
    writing.is_unheard = False

    again = scene.signed(scene.entry())

    assert events(scene) == [
        "INTENT_APPROVED", "INTENT_SIGNED", "INTENT_REPEATED", "INTENT_SIGNED",
    ]  # fmt: skip
    assert marks(scene) == [mark_of(again)] * 2


def test_a_signer_that_dies_before_it_writes_the_result_has_given_nothing_out() -> None:
    scene, answers = Scene(), list[SigningAnswer]()
    write = scene.store.audit

    def dies(entries: Sequence[AuditEntry]) -> None:
        raise SystemExit(len(entries))

    scene.store.audit = dies  # type: ignore[method-assign]  # the fake, interrupted
    with pytest.raises(SystemExit):
        answers += scene.sign(scene.entry())
    scene.store.audit = write  # type: ignore[method-assign]  # and whole again

    assert answers == []
    assert events(scene) == ["INTENT_APPROVED"]
    scene.signed(scene.entry())
    assert events(scene)[1:] == ["INTENT_REPEATED", "INTENT_SIGNED"]


@pytest.mark.parametrize("side_by_side", [False, True])
def test_all_results_of_a_call_are_written_at_once_whatever_they_are(*, side_by_side: bool) -> None:
    scene = Mixed()
    agent = scene.resident()
    writing = Writing(scene)
    away = scene.entry("its", agent_id=agent.agent_id)
    scene.sign(scene.exit("known"))
    scene.kms.is_away = True
    writing.calls.clear()
    scene.store.audited.clear()

    with ThreadPoolExecutor(2) as threads:
        signer = scene.signer_with(threads if side_by_side else None)
        wild = scene.entry("wild", leverage=99)
        answers = signer.sign([scene.exit("known"), away, wild, scene.entry("new")])

    kinds = [Signed, SigningUnavailable, SigningRefused, Signed]
    assert [type(each) for each in answers] == kinds
    assert writing.calls == [5]
    assert Counter(events(scene)) == {
        "INTENT_APPROVED": 2,
        "INTENT_REPEATED": 1,
        "INTENT_SIGNED": 2,
        "INTENT_REFUSED": 1,
        "INTENT_UNAVAILABLE": 1,
    }
    told = {entry.facts["intent_id"]: entry.event for entry in rows(scene)}
    assert told[away.intent_id] == "INTENT_UNAVAILABLE"
    assert told[wild.intent_id] == "INTENT_REFUSED"


def test_the_largest_call_of_repetitions_is_written_at_once() -> None:
    scene = Scene()
    batch = [scene.exit(str(number)) for number in range(MAX_BATCH)]
    first = scene.sign(*batch)
    writing = Writing(scene)

    assert scene.sign(*batch) == first
    assert writing.calls == [2 * MAX_BATCH]
    assert marks(scene)[MAX_BATCH:] == marks(scene)[:MAX_BATCH] == [mark_of(each) for each in first]


def test_an_intent_that_is_asked_for_twice_in_one_call_has_a_result_for_each() -> None:
    scene = Scene()

    first, second = scene.sign(scene.entry(), scene.entry())

    assert first == second
    assert events(scene) == [
        "INTENT_APPROVED", "INTENT_SIGNED", "INTENT_REPEATED", "INTENT_SIGNED",
    ]  # fmt: skip


def test_a_signature_that_was_made_and_stayed_inside_has_no_result_of_its_own() -> None:
    scene = Mixed()
    agent = scene.resident()
    batch = [scene.entry(name, agent_id=agent.agent_id) for name in ("first", "second")]
    sign = scene.kms.sign

    def sign_once(**request: Any) -> dict[str, Any]:
        scene.kms.is_away = scene.kms.asked_to_sign > 0
        return sign(**request)

    scene.kms.sign = sign_once  # type: ignore[method-assign]  # the fake, interrupted

    answers = scene.sign(*batch, scene.exit("mine"))

    assert [type(each) for each in answers] == [SigningUnavailable, SigningUnavailable, Signed]
    of_agent = [entry.event for entry in rows(scene) if entry.subject == agent.agent_id]
    assert of_agent == ["INTENT_APPROVED"] * 2 + ["INTENT_UNAVAILABLE"] * 2


def test_nothing_is_signed_before_its_request_is_written_nor_given_out_before_its_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, order = Scene(), list[str]()
    record, make = scene.store.record, SigningKey.signature_of

    def noted(name: str, call: Any) -> Any:
        def first_noted(*args: Any) -> Any:
            order.append(name)
            return call(*args)

        return first_noted

    monkeypatch.setattr(scene.store, "record", noted("request", record))
    monkeypatch.setattr(SigningKey, "signature_of", noted("signature", make))
    monkeypatch.setattr(scene.store, "audit", noted("result", scene.store.audit))
    keys = wrapped_only(scene.vault)
    signer = IntentSigner(scene.store, keys, scene.clock, TESTNET, untold)

    signer.sign([scene.entry()])
    order.append("answer")

    assert order == ["request", "signature", "result", "answer"]
