"""Letters on the screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.ops.judging import Judgement
    from cli.ops.letters import ReadLetter

SHORT_ID = 8
LONGEST_NAME = 16
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HEADINGS = ("id", "queue", "kind", "group", "follow", "leader", "symbol", "seq")


def table_of(letters: Sequence[ReadLetter], codes: Mapping[str, str], now_ms: int) -> Table:
    """Lay letters out, one a line."""
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, no_wrap=True)
    for heading in ("age", "received"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("first failure", no_wrap=True)
    for each in letters:
        told = each.about
        table.add_row(
            each.letter.message_id[:SHORT_ID],
            each.letter.queue,
            told.kind,
            shortened(each.letter.group),
            shortened(told.follow),
            shortened(told.leader),
            told.symbol,
            f"{told.seq}" if told.seq else "",
            age_of(now_ms - each.since_ms),
            f"{each.letter.times_received}",
            codes.get(each.letter.message_id, ""),
        )
    return table


def plain_of(each: ReadLetter, code: str) -> dict[str, Any]:
    """Write a letter as JSON has it; times in ms."""
    told = each.about
    return {
        "message_id": each.letter.message_id,
        "queue": each.letter.queue,
        "group": each.letter.group,
        "kind": told.kind,
        "follow": told.follow,
        "leader": told.leader,
        "symbol": told.symbol,
        "seq": told.seq,
        "made_at_ms": told.at_ms,
        "sent_at_ms": each.letter.sent_at_ms,
        "times_received": each.letter.times_received,
        "first_failure": code,
        "body": each.letter.body,
    }


def lines_of(each: ReadLetter, judgement: Judgement) -> list[str]:
    """Say all about one letter, a line for each thing."""
    told = each.about
    named = {
        "follow": told.follow,
        "leader": told.leader,
        "symbol": told.symbol,
        "trade": f"{told.seq}" if told.seq else "",
        "group": each.letter.group,
    }
    whom = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    now = ", ".join(f"{name} {value}" for name, value in judgement.facts.items())
    return [
        f"{each.letter.message_id}  {told.kind} of {each.letter.queue}",
        f"  for        {whom or '-'}",
        f"  would have {judgement.purpose}",
        f"  now        {now or '-'}",
        f"  redriving  {judgement.code}: {judgement.redriving}",
    ]


def shortened(name: str) -> str:
    """Keep both ends of a long name."""
    return name if len(name) <= LONGEST_NAME else f"{name[:9]}…{name[-6:]}"


def age_of(age_ms: int) -> str:
    """Say an age in its largest unit, or two."""
    if age_ms >= DAY_MS:
        return f"{age_ms // DAY_MS} d {age_ms % DAY_MS // HOUR_MS} h"
    if age_ms >= HOUR_MS:
        return f"{age_ms // HOUR_MS} h {age_ms % HOUR_MS // MINUTE_MS} min"
    if age_ms >= MINUTE_MS:
        return f"{age_ms // MINUTE_MS} min"
    return f"{max(0, age_ms) // 1000} s"
