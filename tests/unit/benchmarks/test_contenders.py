"""The benchmarks measure what they say: equal work, and copies that really settle."""

from __future__ import annotations

import json

import pytest

from benchmarks.copying import CopyPath
from benchmarks.deciding import deciding_rows
from benchmarks.samples import SECRET, entry
from benchmarks.signer_door import StandingSigner, require_signed
from benchmarks.signing import our_body, sdk_body
from benchmarks.signing_in import signing_in_rows


def test_every_copy_that_is_timed_settles() -> None:
    path = CopyPath(follows=3)

    for _ in range(5):
        path.copy()
        path.wait()

    assert path.settled() == 15


def test_both_signers_write_the_same_order() -> None:
    ours, theirs = our_body(entry(), SECRET), sdk_body(entry(), SECRET)

    assert json.loads(ours) == json.loads(theirs)


def test_the_situations_decide_as_meant() -> None:
    (row,) = deciding_rows(rounds=1)

    assert row.timings.n == 1


def test_the_signers_door_signs_and_writes_down_every_question_that_is_timed() -> None:
    signer = StandingSigner()

    answers = [signer.door(signer.question(number)) for number in (1, 2)]

    require_signed(answers)
    assert [entry.event for entry in signer.audited][-4:] == [
        "INTENT_APPROVED",
        "INTENT_SIGNED",
    ] * 2


def test_a_refused_question_is_no_figure() -> None:
    signer = StandingSigner()
    question = signer.question(1)
    question["intents"][0]["agent_id"] = "nobodys"

    with pytest.raises(ValueError, match="AGENT_UNKNOWN"):
        require_signed([signer.door(question)])


def test_messages_and_tokens_are_read_alike_before_they_are_timed() -> None:
    named = {row.name: row.goal is not None for row in signing_in_rows(rounds=1)}

    assert named["verify a sign-in message"]
    assert set(named) == {
        "verify a sign-in message",
        "recover its signer alone",
        "check an access token",
    }
