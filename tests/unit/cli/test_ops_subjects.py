"""A switch that cannot be turned for what was named says why, before anything is asked or done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.app import app, main
from cli.ops import deeds
from cli.ops.remedies import REMEDIES

WHY = ("--reason", "a test")
MISTAKES = [
    (("kill", "global", "hyperliquid"), "this switch is for everybody: leave the subject out"),
    (("kill", "venue"), "name the venue as the subject: hyperliquid"),
    (("kill", "venue", "nowhere"), "there is no such venue: the subject is hyperliquid"),
    (("kill", "user"), "name the user as the subject"),
    (("flag", ""), "name the user as the subject"),
    (("blacklist", ""), "name the leader's or follower's address as the subject"),
    (("blacklist", "0x12"), "the subject is no address: 0x and 40 hex digits"),
]


@pytest.mark.parametrize("off", [(), ("--off",)], ids=["on", "off"])
@pytest.mark.parametrize(("command", "said"), MISTAKES)
def test_each_mistake_has_its_own_words_and_nothing_is_asked(
    command: tuple[str, ...],
    said: str,
    off: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def reached(_: str) -> Any:
        raise AssertionError("the stack was asked")

    monkeypatch.setattr(deeds, "find_place", reached)

    assert main(["ops", *command, *off, *WHY]) == 1

    error, advice = capsys.readouterr().err.splitlines()
    assert error == f"error INVALID_SUBJECT: {said}"
    assert advice == f"remedy: {REMEDIES['INVALID_SUBJECT']}"


def test_every_command_that_a_remedy_names_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    named = {
        words for each in REMEDIES.values() for words in re.findall(r"`understudy ([a-z -]+)", each)
    }

    assert "ops switches" in named
    for words in sorted(named):
        assert main([*words.split(), "--help"]) == 0, words
    assert app.info.name == "understudy"
    capsys.readouterr()
