"""Lanes side by side: each lane runs in order, and one call to the signer serves all that wait."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from understudy.domain.errors import SigningUnavailableError
from understudy.domain.intents import (
    Intent,
    Signed,
    SigningAnswer,
    SigningRefused,
    SigningUnavailable,
)
from understudy.ports.concurrency import Pool
from understudy.ports.signing import Signer

Answer = Signed | SigningRefused
Signing = Generator[Intent, Answer, None]
Key = TypeVar("Key", bound=Hashable)


def run_lanes(lanes: Mapping[Key, Signing], signer: Signer, pool: Pool) -> dict[Key, BaseException]:
    """Run every lane to its end; gives the lanes that failed, with their errors.

    A lane hands out an intent to be signed and goes on with the answer. One lane's error, of
    whatever kind, never touches another lane.
    """
    running: dict[Future[Intent | None], Key] = {
        pool.submit(_start, lane): key for key, lane in lanes.items()
    }
    failed: dict[Key, BaseException] = {}
    waiting: dict[Key, Intent] = {}
    while running:
        done = pool.gather(running)
        for future in [each for each in running if each in done]:
            key = running.pop(future)
            _collect(future, key, waiting, failed)
        if waiting:
            _sign_and_resume(waiting, lanes, signer, pool, running)
            waiting = {}
    return failed


def _start(lane: Signing) -> Intent | None:
    return next(lane, None)


def _resume(lane: Signing, answer: Answer | SigningUnavailableError) -> Intent | None:
    try:
        if isinstance(answer, SigningUnavailableError):
            return lane.throw(answer)
        return lane.send(answer)
    except StopIteration:
        return None


def _collect(
    future: Future[Intent | None],
    key: Key,
    waiting: dict[Key, Intent],
    failed: dict[Key, BaseException],
) -> None:
    error = future.exception()
    if error is not None:
        failed[key] = error
    elif (intent := future.result()) is not None:
        waiting[key] = intent


def _sign_and_resume(
    waiting: Mapping[Key, Intent],
    lanes: Mapping[Key, Signing],
    signer: Signer,
    pool: Pool,
    running: dict[Future[Intent | None], Key],
) -> None:
    answers: list[Answer | SigningUnavailableError]
    try:
        answers = [_for_its_lane(each) for each in signer.sign(list(waiting.values()))]
    except SigningUnavailableError as error:
        answers = [error] * len(waiting)
    for key, answer in zip(waiting, answers, strict=True):
        running[pool.submit(_resume, lanes[key], answer)] = key


def _for_its_lane(answer: SigningAnswer) -> Answer | SigningUnavailableError:
    if isinstance(answer, SigningUnavailable):
        return SigningUnavailableError(answer.cause)
    return answer
