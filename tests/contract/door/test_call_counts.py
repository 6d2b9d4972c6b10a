"""Buckets of calls: every worker lets in exactly what one bucket would, and refuses for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.builders import NOW_MS
from understudy.domain.token_bucket import SECOND_US, Admission, Bucket, admit
from understudy.ports.call_counts import CallCounts

MakeCounts = Callable[[], CallCounts]

NOW_US = NOW_MS * 1000
FIVE = Bucket("caller", 5, SECOND_US)
SMALL = Bucket("attempt", 1, SECOND_US)
# Idle, a burst, past its end, one interval later, a pause, a burst again.
COURSE_US = [0, 0, 0, 1, 2, 3, 4, SECOND_US, SECOND_US + 1, 9 * SECOND_US, *[9 * SECOND_US] * 6]


def one_bucket(times_us: Sequence[int]) -> list[Admission]:
    full_at_us, answers = 0, []
    for at_us in times_us:
        answers.append(admit(FIVE, full_at_us, NOW_US + at_us))
        full_at_us = answers[-1].full_at_us
    return answers


def test_one_worker_counts_as_one_bucket_does(make_counts: MakeCounts) -> None:
    counts = make_counts()

    answers = [counts.take(FIVE, "alice", NOW_US + at_us) for at_us in COURSE_US]

    assert answers == one_bucket(COURSE_US)


def test_workers_that_take_turns_count_as_one_bucket_does(make_counts: MakeCounts) -> None:
    workers = [make_counts() for _ in range(3)]

    answers = [
        workers[turn % 3].take(FIVE, "alice", NOW_US + at_us)
        for turn, at_us in enumerate(COURSE_US)
    ]

    assert answers == one_bucket(COURSE_US)


def test_a_worker_that_saw_a_bucket_long_ago_is_told_how_it_is_now(
    make_counts: MakeCounts,
) -> None:
    early, busy = make_counts(), make_counts()
    early.take(FIVE, "alice", NOW_US)
    later_us = NOW_US + 60 * SECOND_US
    for _ in range(5):
        busy.take(FIVE, "alice", later_us)

    refused = early.take(FIVE, "alice", later_us)

    assert (refused.is_admitted, refused.again_in_seconds) == (False, 1)
    assert early.take(FIVE, "alice", later_us + SECOND_US).is_admitted


def test_a_refused_call_takes_nothing(make_counts: MakeCounts) -> None:
    counts = make_counts()
    for _ in range(100):
        counts.take(FIVE, "alice", NOW_US)

    assert counts.take(FIVE, "alice", NOW_US + SECOND_US).is_admitted


def test_subjects_and_kinds_have_buckets_of_their_own(make_counts: MakeCounts) -> None:
    counts = make_counts()

    assert counts.take(SMALL, "alice", NOW_US).is_admitted
    assert not counts.take(SMALL, "alice", NOW_US).is_admitted
    assert counts.take(SMALL, "bob", NOW_US).is_admitted
    assert counts.take(FIVE, "alice", NOW_US).is_admitted


@pytest.mark.parametrize("subject", ["", "x" * 5000, "CALLER#bob", "ünï\0cødé", "2001:db8::/64"])
def test_any_text_is_a_subject(make_counts: MakeCounts, subject: str) -> None:
    counts = make_counts()

    assert counts.take(SMALL, subject, NOW_US).is_admitted
    assert not counts.take(SMALL, subject, NOW_US).is_admitted


def test_calls_that_come_at_once_get_no_more_than_the_bucket_holds(
    make_counts: MakeCounts,
) -> None:
    workers = [make_counts() for _ in range(8)]

    with ThreadPoolExecutor(len(workers)) as pool:
        answers = list(
            pool.map(lambda turn: workers[turn % 8].take(FIVE, "alice", NOW_US), range(24))
        )

    assert sum(each.is_admitted for each in answers) == 5
