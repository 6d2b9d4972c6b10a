"""Finds the check that misses a part: it must fail without the part, and pass with it again.

A failure counts only where the role was denied what was taken out, and where the check then passes
within the time in which it failed: so no slow machine proves anything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from localcloud.patches.event_source_roles import FRESH_SECONDS, READS
from localcloud.session import LocalSession
from tests.permissions.catalogue import CHECKS, Check, title_of
from tests.permissions.policies import Cut, taken_out
from tests.permissions.stage import IMPATIENT, Stage

if TYPE_CHECKING:
    from collections.abc import Collection


ROLE, POLLED = "Role", {action for actions in READS.values() for action in actions}
MARGIN_SECONDS = 0.2


class Outcome(Enum):
    """What came of taking a part out."""

    MISSED = "missed by"
    UNNEEDED = "NOBODY MISSED IT"
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True)
class Verdict:
    """One part, what came of taking it out, and which check says so or what is unclear."""

    cut: Cut
    outcome: Outcome
    witness: str = ""

    @property
    def text(self) -> str:
        """Say it in one line."""
        return f"{self.cut.title}: {self.outcome.value} {self.witness}".rstrip()


@dataclass
class Proof:
    """Takes parts out on one stage; remembers which check missed a statement's part last."""

    stage: Stage
    session: LocalSession
    missed_last: dict[tuple[str, str], Check] = field(default_factory=dict)

    @property
    def _impatient(self) -> Stage:
        """The stage for what shall fail: each part taken out costs the wait of a check."""
        return replace(self.stage, patience=IMPATIENT)

    def prepare(self, roles: Collection[str]) -> None:
        """See that all checks of these roles pass while nothing is missing."""
        self.stage.make_ready()
        for role in sorted(roles):
            for check in CHECKS[role]:
                # A machine that stood still for a while fails many a check once.
                failure = _failure(self.stage, check) and _failure(self.stage, check)
                if failure is not None:
                    raise AssertionError(f"{role}: {title_of(check)}") from failure

    def without(self, cut: Cut) -> Verdict:
        """Take a part out, find the check that misses it, and put it back; once more if unclear."""
        verdict = self._tried(cut)
        return self._tried(cut) if verdict.outcome is Outcome.UNCLEAR else verdict

    def _tried(self, cut: Cut) -> Verdict:
        with taken_out(self.session, cut):
            before = self._denials(cut)
            self._restart(cut)
            _await_asked_again(cut)
            check, doubt = self._missing(cut, before)
        _await_asked_again(cut)
        if check is None:
            return Verdict(cut, Outcome.UNCLEAR if doubt else Outcome.UNNEEDED, doubt)
        self.missed_last[cut.policy.role, cut.statement] = check
        failure = self._failure_still(check)
        if failure is not None:
            said = f"{title_of(check)} fails with it, too: {failure!r}"
            return Verdict(cut, Outcome.UNCLEAR, said)
        return Verdict(cut, Outcome.MISSED, title_of(check))

    def _missing(self, cut: Cut, before: int) -> tuple[Check | None, str]:
        """Find the check that fails while its role is denied that part, or say what is unclear."""
        last = self.missed_last.get((cut.policy.role, cut.statement))
        doubt = ""
        for check in sorted(CHECKS[cut.policy.role], key=lambda check: check is not last):
            failure = _failure(self._impatient, check)
            if failure is not None and self._denials(cut) > before:
                return check, ""
            if failure is not None:
                doubt = f"{title_of(check)} fails, and none of it was denied: {failure!r}"
        return None, doubt

    def _denials(self, cut: Cut) -> int:
        """Count how often a role was denied what a cut takes out, since the system began."""
        denials = self.stage.system.stack.denials()
        return sum(denial.count for denial in denials if cut.explains(denial))

    def _failure_still(self, check: Check) -> Exception | None:
        """Give why a check still fails within the time of a check that shall fail.

        What the failure has left behind may take longer once.
        """
        failure = _failure(self._impatient, check)
        if failure is not None:
            _failure(self.stage, check)
            failure = _failure(self._impatient, check)
        return failure

    def _restart(self, cut: Cut) -> None:
        """Start without warm workers: what they have read they need no permission for."""
        function = cut.policy.role.removesuffix(ROLE)
        if function in self.stage.system.stack.stack.functions:
            self.stage.restart(function)


def _await_asked_again(cut: Cut) -> None:
    """Wait where the emulator asks only once a second whether a source may be read."""
    if not POLLED.isdisjoint(cut.actions):
        time.sleep(FRESH_SECONDS + MARGIN_SECONDS)


def _failure(stage: Stage, check: Check) -> Exception | None:
    try:
        check(stage)
    except Exception as failure:  # noqa: BLE001 - whatever fails, the check has failed
        return failure
    return None
