"""What the proof found, as a table, and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.permissions.proof import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.permissions.proof import Verdict

FAILED = {Outcome.UNNEEDED, Outcome.UNCLEAR}
WIDTH = 160


def report(verdicts: Sequence[Verdict], seconds: int) -> int:
    """Print every part with what missed it; 1 when a part is not needed or that is unclear."""
    console = Console(width=WIDTH)
    console.print(_table(verdicts))
    failed = [verdict for verdict in verdicts if verdict.outcome in FAILED]
    for verdict in failed:
        console.print(verdict.text, style="red")
    missed = len(verdicts) - len(failed)
    console.print(f"{len(verdicts)} parts: {missed} missed, {len(failed)} failed; {seconds} s")
    return 1 if failed else 0


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="Every part of every policy, taken out")
    for column in ("role", "statement", "part", "outcome", "by"):
        table.add_column(column, overflow="fold")
    for verdict in verdicts:
        cut = verdict.cut
        row = (cut.policy.role, cut.statement, cut.part, verdict.outcome.value, verdict.witness)
        table.add_row(*row)
    return table
