"""Buckets of calls in the door's table: one item each, holding when it is full again.

A call is one conditional write. A worker remembers what it last saw of a bucket: this time only
ever rises, so a bucket seen empty refuses again without asking, and a flood costs no writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.aws.attempts import code_of, translated
from understudy.adapters.aws.attributes import Item, number
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.table import Table
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.token_bucket import SECOND_US, Admission, Bucket, admit

REMEMBERED = 10_000
KEPT_SECONDS = 3_600
# Idle, in use, idle again: between a guess and the truth lie at most two wrong guesses.
MAX_GUESSES = 4


class DynamoCallCounts:
    """Implements `CallCounts`; a call of the cloud is made once and never repeated."""

    def __init__(self, door: Table) -> None:
        self._table = door
        self._seen: dict[str, int] = {}

    def take(self, bucket: Bucket, subject: str, now_us: int) -> Admission:
        """Take one call from a subject's bucket; see `CallCounts`."""
        name = _name(bucket, subject)
        for _ in range(MAX_GUESSES):
            admission = admit(bucket, self._seen.get(name, 0), now_us)
            if not admission.is_admitted:
                return admission
            try:
                full_at_us = self._write(name, admission, in_use=self._seen.get(name, 0) > now_us)
            except _OtherwiseError as otherwise:
                self._remember(name, otherwise.full_at_us)
            else:
                self._remember(name, full_at_us)
                return replace(admission, full_at_us=full_at_us)
        raise DependencyError("the door's table changes faster than it can be read")

    def _write(self, name: str, admission: Admission, *, in_use: bool) -> int:
        change = _one_more(admission) if in_use else _first(admission)
        try:
            answer: Any = self._table.client.update_item(
                TableName=self._table.name,
                Key=key(name, "CALLS"),
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **change,
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise _unanswered(error) from error
            response: dict[str, Any] = dict(error.response)
            raise _OtherwiseError(_full_at_us(response.get("Item"))) from error
        except BotoCoreError as error:
            raise _unanswered(error) from error
        return _full_at_us(answer["Attributes"])

    def _remember(self, name: str, full_at_us: int) -> None:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()  # costs a write for each that comes again, and lets nobody in
        self._seen[name] = full_at_us


class _OtherwiseError(ConflictError):
    """The stored bucket is not as it was guessed to be."""

    def __init__(self, full_at_us: int) -> None:
        super().__init__("the bucket is otherwise")
        self.full_at_us = full_at_us


def _first(admission: Admission) -> Any:
    """Take a call from a bucket that is full."""
    return {
        "UpdateExpression": "SET full_at_us = :after, expires_on = :expires",
        "ConditionExpression": "attribute_not_exists(full_at_us) OR full_at_us <= :now",
        "ExpressionAttributeValues": {
            ":after": number(admission.full_at_us),
            ":expires": _expires(admission),
            ":now": number(admission.now_us),
        },
    }


def _one_more(admission: Admission) -> Any:
    """Take a call from a bucket in use, while one is in it."""
    bucket, now_us = admission.bucket, admission.now_us
    return {
        "UpdateExpression": "SET full_at_us = full_at_us + :interval, expires_on = :expires",
        "ConditionExpression": "full_at_us > :now AND full_at_us <= :latest",
        "ExpressionAttributeValues": {
            ":interval": number(bucket.interval_us),
            ":expires": _expires(admission),
            ":now": number(now_us),
            ":latest": number(now_us + bucket.window_us - bucket.interval_us),
        },
    }


def _expires(admission: Admission) -> Item:
    full_us = admission.now_us + admission.bucket.window_us
    return number(full_us // SECOND_US + KEPT_SECONDS)


def _name(bucket: Bucket, subject: str) -> str:
    # Hashed, so that keys are short whatever was sent and the table lists no addresses.
    return f"{bucket.name.upper()}#{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _full_at_us(item: Item | None) -> int:
    return int(item["full_at_us"]["N"]) if item else 0


def _unanswered(error: Exception) -> DependencyError:
    said = translated(error)
    return said if isinstance(said, DependencyError) else DependencyError(said.message)
