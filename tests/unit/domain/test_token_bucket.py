"""One time that rises says exactly what a bucket with a level would."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.token_bucket import SECOND_US, Bucket, admit

BUCKETS = st.builds(Bucket, st.just("any"), st.integers(1, 200), st.integers(1, 2 * SECOND_US))
PAUSES_US = st.lists(st.integers(0, 3) | st.integers(0, 5 * SECOND_US), max_size=60)


class Level:
    """The textbook's bucket: a level in fractions of a call, refilled as time passes."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket, self.level, self.at_us = bucket, Fraction(bucket.size), 0

    def take(self, now_us: int) -> bool:
        refill = Fraction(now_us - self.at_us, self.bucket.interval_us)
        self.level, self.at_us = min(Fraction(self.bucket.size), self.level + refill), now_us
        if self.level < 1:
            return False
        self.level -= 1
        return True


@given(BUCKETS, PAUSES_US)
def test_calls_are_let_in_exactly_as_by_a_bucket_with_a_level(
    bucket: Bucket, pauses_us: list[int]
) -> None:
    level, full_at_us, now_us = Level(bucket), 0, 0
    for pause_us in pauses_us:
        now_us += pause_us
        admission = admit(bucket, full_at_us, now_us)
        full_at_us = admission.full_at_us

        assert admission.is_admitted == level.take(now_us)
        assert admission.remaining == level.level // 1


@given(BUCKETS, PAUSES_US)
def test_who_waits_as_long_as_told_is_let_in_and_not_a_moment_earlier(
    bucket: Bucket, pauses_us: list[int]
) -> None:
    full_at_us, now_us = 0, 0
    for pause_us in pauses_us:
        now_us += pause_us
        admission = admit(bucket, full_at_us, now_us)
        full_at_us = admission.full_at_us
        if not admission.is_admitted:
            again_us = now_us + admission.wait_us
            assert admit(bucket, full_at_us, again_us).is_admitted
            assert not admit(bucket, full_at_us, again_us - 1).is_admitted


@given(BUCKETS, st.lists(st.integers(0, 10**12), max_size=40))
def test_the_stored_time_never_falls_whatever_the_clocks_say(
    bucket: Bucket, times_us: list[int]
) -> None:
    full_at_us = 0
    for now_us in times_us:
        after_us = admit(bucket, full_at_us, now_us).full_at_us
        assert after_us >= full_at_us
        full_at_us = after_us


@pytest.mark.parametrize(("calls", "remaining"), [(1, 99), (100, 0), (150, 0)])
def test_a_hundred_calls_at_once_and_then_ten_a_second(calls: int, remaining: int) -> None:
    bucket, full_at_us, now_us = Bucket("caller", 100, SECOND_US // 10), 0, 10**15
    for _ in range(calls):
        admission = admit(bucket, full_at_us, now_us)
        full_at_us = admission.full_at_us

    assert admission.remaining == remaining
    refilled = [admit(bucket, full_at_us, now_us + SECOND_US).remaining + 1]
    assert refilled == [min(100, remaining + 10)]
