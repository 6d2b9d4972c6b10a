"""--stack means the same before a command of `understudy ops` and `audit` as behind it."""

from __future__ import annotations

import pytest

from cli import audit
from cli.app import main
from cli.errors import CommandError
from cli.ops import dead_letters, deeds, place, token_secret

WHY = ("--reason", "a test")


class AskedError(CommandError):
    """Which stack was asked for; nothing else is done."""

    def __init__(self, stack: str) -> None:
        super().__init__("ASKED", stack, "none")


@pytest.fixture(autouse=True)
def no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_place(stack: str) -> place.Place:
        raise AskedError(stack)

    for module in (audit, dead_letters, deeds, token_secret):
        monkeypatch.setattr(module, "find_place", find_place)


@pytest.mark.parametrize(
    "command",
    [
        ("ops", "{}", "user", "alice"),
        ("ops", "user", "{}", "alice"),
        ("ops", "user", "alice", "{}"),
        ("ops", "{}", "dead-letters", "list"),
        ("ops", "dead-letters", "{}", "list"),
        ("ops", "dead-letters", "list", "{}"),
        ("ops", "{}", "sessions", "end-everybodys", *WHY),
        ("ops", "{}", "token-secret", "rotate", *WHY),
        ("ops", "{}", "token-secret", "rotate", "--sign-everybody-out", "--yes", *WHY),
        ("audit", "{}", "verify"),
        ("audit", "verify", "{}"),
    ],
    ids=" ".join,
)
def test_the_named_stack_is_asked_wherever_it_is_named(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    main([part.replace("{}", "--stack=of-mine") for part in command])
    assert "error ASKED: of-mine" in capsys.readouterr().err


def test_the_stack_that_is_named_last_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    main(["ops", "--stack", "one", "user", "alice", "--stack", "two"])
    assert "error ASKED: two" in capsys.readouterr().err


def test_where_none_is_named_it_is_the_one_of_the_template(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["ops", "user", "alice"])
    assert "error ASKED: understudy" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "USAGE"),
        (("--reason", " "), "USAGE"),
        (("--sign-everybody-out", *WHY), "NOT_CONFIRMED"),
        (("--sign-everybody-out", "--operators", *WHY), "NOT_CONFIRMED"),
    ],
)
def test_no_secret_is_rotated_for_no_reason_and_nobody_signed_out_unconfirmed(
    options: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ops", "token-secret", "rotate", *options]) == 1
    assert f"error {code}:" in capsys.readouterr().err
