"""An answer that does not come, or cannot be read, is no answer; nothing is guessed from it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.unit.custody.scene import Scene
from understudy.adapters.aws.signer import MAX_BATCH, LambdaSigner
from understudy.domain.errors import SigningUnavailableError
from understudy.domain.intents import Signed, SigningUnavailable

THROTTLED = ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")


class ScriptedLambda:
    """Answers every invocation by a script and keeps what it was sent."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.batches: list[list[dict[str, Any]]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's
        self.batches.append(json.loads(Payload)["intents"])
        if isinstance(self._answer, Exception):
            raise self._answer
        body = self._answer(self.batches[-1]) if callable(self._answer) else self._answer
        return {"Payload": io.BytesIO(json.dumps(body).encode())}


def signed_all(batch: list[dict[str, Any]]) -> dict[str, Any]:
    return {"results": [{"intent_id": plain["intent_id"], "body": "{}"} for plain in batch]}


def signer(client: ScriptedLambda) -> LambdaSigner:
    return LambdaSigner(client, "signer:sign")  # type: ignore[arg-type]  # a fake of boto3's client


@pytest.mark.parametrize(
    "answer",
    [
        THROTTLED,
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
        None,
        [],
        {"error": {"code": "NOT_ALLOWED", "message": "no"}},
        {"results": [{"body": "{}"}]},
        {"results": [{"intent_id": "another", "body": "{}"}]},
        {"results": []},
    ],
)
def test_what_is_no_answer_for_this_intent_is_unavailable(answer: Any) -> None:
    with pytest.raises(SigningUnavailableError):
        signer(ScriptedLambda(answer)).sign([Scene().entry()])


def test_one_answer_may_be_that_there_is_none_just_now() -> None:
    def half(batch: list[dict[str, Any]]) -> dict[str, Any]:
        first, second = (plain["intent_id"] for plain in batch)
        return {
            "results": [{"intent_id": first, "cause": "away"}, {"intent_id": second, "body": "{}"}]
        }

    intents = [Scene().entry("a"), Scene().entry("b")]

    answers = signer(ScriptedLambda(half)).sign(intents)

    assert answers == [
        SigningUnavailable(intents[0].intent_id, "away"),
        Signed(intents[1].intent_id, "{}"),
    ]


def test_a_long_list_goes_in_batches_and_comes_back_in_order() -> None:
    client = ScriptedLambda(signed_all)
    intents = [Scene().entry(str(n)) for n in range(MAX_BATCH + 1)]

    answers = signer(client).sign(intents)

    assert answers == [Signed(intent.intent_id, "{}") for intent in intents]
    assert [len(batch) for batch in client.batches] == [MAX_BATCH, 1]
