"""Letters as an operator names them: held, read, found by the beginning of their id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.counting import counted
from cli.errors import CommandError
from understudy.adapters.aws.letter_bodies import (
    Content,
    FailedBatch,
    FailedRun,
    Poison,
    content_of,
)
from understudy.ports.dead_letters import DeadLetter
from understudy.workflows.requests.dead_letters import About, about

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.adapters.aws.dead_letters import SqsDeadLetters

FAILED_RUN = "failed run"
FAILED_BATCH = "failed batch"
POISON = "poison"


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter and what was read in it."""

    letter: DeadLetter
    content: Content

    @property
    def about(self) -> About:
        """Whom and what it is about."""
        if isinstance(self.content, Poison):
            return About(POISON)
        if isinstance(self.content, FailedRun):
            return About(FAILED_RUN)
        if isinstance(self.content, FailedBatch):
            return About(FAILED_BATCH, symbol=counted(self.content.size, "record"))
        return about(self.content)

    @property
    def since_ms(self) -> int:
        """When it was made, or came to the queue, if it does not say."""
        return self.about.at_ms or self.letter.sent_at_ms


@contextmanager
def held_letters(
    dead_letters: SqsDeadLetters, queues: Sequence[str]
) -> Iterator[Sequence[ReadLetter]]:
    """Hold all that these queues hand out; what is not removed meanwhile lies there again after."""
    with ThreadPoolExecutor(len(queues)) as pool:
        taking = [pool.submit(dead_letters.take, queue) for queue in queues]
    taken = [letter for each in taking if each.exception() is None for letter in each.result()]
    try:
        for each in taking:
            each.result()
        yield [ReadLetter(letter, content_of(letter.queue, letter.body)) for letter in taken]
    finally:
        dead_letters.release(taken)


def chosen(letters: Sequence[ReadLetter], names: Sequence[str]) -> list[ReadLetter]:
    """Find letters by their ids or the beginnings of them; raises CommandError."""
    return [_one(letters, name) for name in dict.fromkeys(names)]


def _one(letters: Sequence[ReadLetter], name: str) -> ReadLetter:
    found = [each for each in letters if each.letter.message_id.startswith(name)]
    if not found:
        raise CommandError(
            "LETTER_NOT_FOUND",
            f"no dead letter is called {name}",
            "see `understudy ops dead-letters list`; one behind ten others of its group shows when"
            " those are gone, one that somebody else looks at after two minutes",
        )
    if len(found) > 1:
        raise CommandError(
            "LETTER_AMBIGUOUS", f"{len(found)} dead letters begin with {name}", "name more of it"
        )
    return found[0]
