"""`understudy ops dead-letters`: what could not be handled is listed, sent back or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.counting import counted
from cli.errors import CommandError
from cli.files import require_writable, write_json
from cli.ops.failures import first_failures
from cli.ops.judging import judged
from cli.ops.letters import ReadLetter, chosen, held_letters
from cli.ops.place import (
    STACK,
    Place,
    Queue,
    Stack,
    failures_explained,
    find_place,
    name_stack,
)
from cli.ops.redriving import LetterRecord, redrivable, redriven, refuse
from cli.ops.redriving import drop as drop_letter
from cli.ops.showing import lines_of, plain_of, table_of
from understudy.adapters.aws.dead_letters import SqsDeadLetters
from understudy.adapters.clock import SystemClock
from understudy.domain.errors import NotFoundError

WIDTH = 200
REDRIVE_HELP = "understudy ops dead-letters redrive --help"
DROP_HELP = "understudy ops dead-letters drop --help"

OneQueue = Annotated[Queue | None, typer.Option("--queue", help="Only this queue's letters.")]
Named = Annotated[
    list[str] | None, typer.Argument(metavar="MESSAGE_ID...", help="Ids, or how they begin.")
]
One = Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="An id, or how it begins.")]

app = typer.Typer(
    name="dead-letters",
    help="Look at messages that could not be handled, send them back or drop them.",
    callback=name_stack,
)


@app.command("list")
def list_letters(
    queue: OneQueue = None,
    json: Annotated[Path | None, typer.Option(help="Write the letters, whole, to FILE.")] = None,
    stack: Stack = STACK,
) -> int:
    """List every dead letter. Looking holds them for a moment and counts as receiving."""
    require_writable(json)
    with failures_explained():
        place = find_place(stack)
        dead_letters, queues = place.dead_letters(), _queues(queue)
        with held_letters(dead_letters, queues) as letters:
            codes = first_failures(place, letters)
            hidden = _hidden(dead_letters, queues)
    if json is not None:
        plain = [plain_of(each, codes.get(each.letter.message_id, "")) for each in letters]
        write_json(json, {"letters": plain, "hidden": hidden})
    if letters:
        Console(width=WIDTH).print(table_of(letters, codes, SystemClock().now_ms()))
    _say(counted(len(letters), "dead letter"))
    _say_hidden(hidden)
    return 0


@app.command("explain")
def explain_letter(message_id: One, stack: Stack = STACK) -> int:
    """Say what a letter would have done, what holds now, and what redriving it would do."""
    with failures_explained():
        place = find_place(stack)
        with held_letters(place.dead_letters(), _queues(None)) as letters:
            (each,) = chosen(letters, [message_id])
            _say_all(lines_of(each, judged(place, each)))
    return 0


@app.command("redrive")
def redrive_letters(
    message_ids: Named = None,
    every: Annotated[bool, typer.Option("--all", help="Every letter that can be read.")] = False,  # noqa: FBT002  # an option
    queue: OneQueue = None,
    poison: Annotated[bool, typer.Option("--poison", help="Also what cannot be read.")] = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Send letters back to their queues. Each step then does what is right now, or nothing."""
    if every == bool(message_ids):
        raise CommandError("USAGE", "name letters, or say --all", REDRIVE_HELP)
    with failures_explained():
        place = find_place(stack)
        if every:
            return _redrive_all(place, _queues(queue), poison=poison)
        dead_letters = place.dead_letters()
        with held_letters(dead_letters, _queues(queue)) as letters:
            wanted = chosen(letters, message_ids or [])
            refuse(wanted, poison=poison)
            _say_all(redriven(place, LetterRecord(place), dead_letters, wanted))
    return 0


@app.command("drop")
def drop_letters(
    message_ids: Named = None,
    every: Annotated[bool, typer.Option("--all", help="Empty the queue of --queue.")] = False,  # noqa: FBT002  # an option
    queue: OneQueue = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Show letters and, with --yes, remove them for good; the audit keeps them and by whom."""
    if every == bool(message_ids) or (every and queue is None):
        raise CommandError("USAGE", "name letters, or say --all --queue QUEUE", DROP_HELP)
    with failures_explained():
        place = find_place(stack)
        dead_letters = place.dead_letters()
        with held_letters(dead_letters, _queues(queue)) as letters:
            wanted = list(letters) if every else chosen(letters, message_ids or [])
            for each in wanted:
                _say_all([*lines_of(each, judged(place, each)), f"  body       {each.letter.body}"])
            if wanted and not yes:
                remedy = f"add --yes to drop {counted(len(wanted), 'letter')} for good"
                raise CommandError("NOT_CONFIRMED", "nothing was dropped", remedy)
            record = LetterRecord(place)
            for each in wanted:
                drop_letter(record, dead_letters, each)
                _say(f"{each.letter.message_id}  dropped")
            hidden = _hidden(dead_letters, _queues(queue)) if every else {}
    if every:
        _say(f"{counted(len(wanted), 'letter')} dropped")
    _say_hidden(hidden)
    return 0


def _redrive_all(place: Place, queues: Sequence[str], *, poison: bool) -> int:
    """Send back what lay there at the beginning: what fails again meanwhile is left for a look."""
    dead_letters, begun_ms = place.dead_letters(), SystemClock().now_ms()
    record = LetterRecord(place)
    done, failed = set[str](), dict[str, str]()
    while True:
        with held_letters(dead_letters, queues) as letters:
            left = [each for each in letters if each.letter.message_id not in failed]
            wanted = [
                each
                for each in redrivable(left, poison=poison)
                if each.letter.sent_at_ms <= begun_ms
            ]
            for each in wanted:
                failure = _tried(place, record, dead_letters, each)
                if failure:
                    failed[each.letter.message_id] = failure
                else:
                    done.add(each.letter.message_id)
        if not wanted:
            break
    _say(f"{len(done)} redriven, {len(letters)} left")
    for each in letters:
        why = failed.get(each.letter.message_id, each.about.kind)
        _say(f"{each.letter.message_id}  not redriven ({why}): see explain")
    return 0


def _tried(
    place: Place, record: LetterRecord, dead_letters: SqsDeadLetters, each: ReadLetter
) -> str:
    """Redrive one letter; gives the code of what that letter alone refuses, or nothing."""
    try:
        _say_all(redriven(place, record, dead_letters, [each]))
    except (CommandError, NotFoundError) as error:
        return error.code
    return ""


def _hidden(dead_letters: SqsDeadLetters, queues: Sequence[str]) -> dict[str, int]:
    return {name: dead_letters.lying(name) for name in queues}


def _say_hidden(hidden: Mapping[str, int]) -> None:
    for name, count in hidden.items():
        if count:
            _say(f"{name}: {count} more, behind others of their group or come just now")


def _queues(queue: Queue | None) -> list[str]:
    return [each.value for each in ([queue] if queue else Queue)]


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
