"""The dead-letter queues of the cloud: letters are held while they are looked at, and sent back.

A queue shows a message only by handing it out: whoever looks holds it for a while. Of a group it
hands out the first ten and holds back those behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.queues import MAX_ENTRIES
from understudy.domain.errors import DependencyError
from understudy.domain.ids import digest_of
from understudy.ports.dead_letters import DeadLetter

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

HOLD_SECONDS = 120
LOOK_SECONDS = 1
MOST_LETTERS = 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """The addresses of a dead-letter queue and of the queue that its letters come from."""

    dead: str
    source: str = ""


class SqsDeadLetters:
    """Implements `DeadLetters`; `pairs` by the name of the queue."""

    def __init__(self, client: SQSClient, pairs: Mapping[str, Pair]) -> None:
        self._client = client
        self._pairs = pairs

    def take(self, queue: str) -> list[DeadLetter]:
        """Hold what the queue hands out, for two minutes or until it is released or removed."""
        letters: list[DeadLetter] = []
        try:
            for batch in self._batches(queue):
                letters.extend(batch)
        except DependencyError:
            self.release(letters)
            raise
        return letters

    def release(self, letters: Sequence[DeadLetter]) -> None:
        """Let letters lie there again; those that were removed are passed over."""
        for queue in {letter.queue for letter in letters}:
            self._release(queue, [letter for letter in letters if letter.queue == queue])

    def lying(self, queue: str) -> int:
        """Count the letters that nobody holds; the cloud counts approximately."""
        name: Any = "ApproximateNumberOfMessages"
        ask = partial(self._client.get_queue_attributes, AttributeNames=[name])
        counted = attempt(partial(ask, QueueUrl=self._pairs[queue].dead))
        return int(counted["Attributes"][name])

    def send_back(self, letter: DeadLetter) -> None:
        """Send a letter to the queue that it comes from, in its group."""
        order = {
            "MessageGroupId": letter.group,
            "MessageDeduplicationId": redrive_id(letter),
        }
        request: Any = {
            "QueueUrl": self._pairs[letter.queue].source,
            "MessageBody": letter.body,
            **(order if letter.group else {}),
        }
        attempt(partial(self._client.send_message, **request))

    def remove(self, letter: DeadLetter) -> None:
        """Take a letter out of its dead-letter queue for good."""
        url = self._pairs[letter.queue].dead
        attempt(
            partial(self._client.delete_message, QueueUrl=url, ReceiptHandle=letter.handle),
        )

    def _batches(self, queue: str) -> Iterator[list[DeadLetter]]:
        names: Any = ["All"]
        receive = partial(
            self._client.receive_message,
            QueueUrl=self._pairs[queue].dead,
            AttributeNames=names,
            MaxNumberOfMessages=MAX_ENTRIES,
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=LOOK_SECONDS,
        )
        for _ in range(MOST_LETTERS // MAX_ENTRIES):
            messages = attempt(receive).get("Messages", [])
            if not messages:
                return
            yield [_letter(queue, message) for message in messages]

    def _release(self, queue: str, letters: Sequence[DeadLetter]) -> None:
        url = self._pairs[queue].dead
        for start in range(0, len(letters), MAX_ENTRIES):
            entries: Any = [
                {"Id": str(number), "ReceiptHandle": letter.handle, "VisibilityTimeout": 0}
                for number, letter in enumerate(letters[start : start + MAX_ENTRIES])
            ]
            change = self._client.change_message_visibility_batch
            with suppress(DependencyError):  # then they lie there again when the hold is over
                attempt(partial(change, QueueUrl=url, Entries=entries))


def redrive_id(letter: DeadLetter) -> str:
    """Name the sending of a letter: never as its first sending, and the same when it is repeated.

    Under the first name a queue would drop it for five minutes as a repetition. A letter that comes
    back as a dead letter once more has another message id, and so another name.
    """
    return digest_of("redrive", letter.queue, letter.message_id)


def _letter(queue: str, message: Mapping[str, Any]) -> DeadLetter:
    attributes = message.get("Attributes", {})
    return DeadLetter(
        queue=queue,
        message_id=message["MessageId"],
        group=attributes.get("MessageGroupId", ""),
        body=message["Body"],
        sent_at_ms=int(attributes.get("SentTimestamp", 0)),
        times_received=int(attributes.get("ApproximateReceiveCount", 0)),
        handle=message["ReceiptHandle"],
    )
