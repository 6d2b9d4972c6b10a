"""The signer behind its signing alias. A caller may invoke that alias and nothing else of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from understudy.domain.codec import from_plain, to_plain
from understudy.domain.errors import SigningUnavailableError
from understudy.domain.intents import (
    Intent,
    Signed,
    SigningAnswer,
    SigningRefused,
    SigningUnavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MAX_BATCH = 16


class LambdaSigner:
    """Implements `Signer` by invoking a function; `function` is its name or ARN with the alias."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def sign(self, intents: Sequence[Intent]) -> list[SigningAnswer]:
        """Sign each intent or refuse it, in order, or say that it cannot be done just now.

        Raises SigningUnavailableError when no answer came; asking again is harmless.
        """
        answers: list[SigningAnswer] = []
        for start in range(0, len(intents), MAX_BATCH):
            answers += self._sign_batch(intents[start : start + MAX_BATCH])
        return answers

    def _sign_batch(self, intents: Sequence[Intent]) -> list[SigningAnswer]:
        payload = json.dumps({"intents": [to_plain(intent) for intent in intents]})
        results = _results(self._invoke(payload.encode()))
        if [result.intent_id for result in results] != [intent.intent_id for intent in intents]:
            raise SigningUnavailableError("the signer answered for other intents")
        return results

    def _invoke(self, payload: bytes) -> bytes:
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            body = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:
            raise SigningUnavailableError("the signer did not answer") from error
        if answer.get("FunctionError"):
            raise SigningUnavailableError("the signer failed; its log says why")
        return body


def _results(body: bytes) -> list[SigningAnswer]:
    try:
        return [_result(plain) for plain in json.loads(body)["results"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SigningUnavailableError("the signer's answer cannot be read") from error


def _result(plain: dict[str, Any]) -> SigningAnswer:
    if "body" in plain:
        return from_plain(Signed, plain)
    if "cause" in plain:
        return from_plain(SigningUnavailable, plain)
    return from_plain(SigningRefused, plain)
