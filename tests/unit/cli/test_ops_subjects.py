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
    (("kill", "global", "hyperliquid"), "kill global stops everybody", "leave it out"),
    (("kill", "venue"), "kill venue needs the name of a venue", "one of hyperliquid"),
    (("kill", "venue", "nowhere"), "there is no venue 'nowhere'", "one of hyperliquid"),
    (("kill", "user"), "kill user needs a user", "a user's id or 0xADDRESS"),
    (("flag", ""), "flag needs a user", "a user's id or 0xADDRESS"),
    (("blacklist", ""), "blacklist needs an address", "0x and 40 hex digits"),
    (("blacklist", "0x12"), "'0x12' is no address", "0x and 40 hex digits"),
]


@pytest.mark.parametrize("off", [(), ("--off",)], ids=["on", "off"])
@pytest.mark.parametrize(("command", "said", "remedy"), MISTAKES)
def test_each_mistake_has_its_own_words_and_nothing_is_asked(
    command: tuple[str, ...],
    said: str,
    remedy: str,
    off: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def reached(_: str) -> Any:
        raise AssertionError("the stack was asked")

    monkeypatch.setattr(deeds, "find_place", reached)

    assert main(["ops", *command, *off, *WHY]) == 1

    error, advice = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error INVALID_SUBJECT: {said}")
    assert error.endswith("nothing was changed")
    assert remedy in advice


def test_every_command_that_a_remedy_names_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    named = {
        words for each in REMEDIES.values() for words in re.findall(r"`understudy ([a-z -]+)", each)
    }

    assert "ops switches" in named
    for words in sorted(named):
        assert main([*words.split(), "--help"]) == 0, words
    assert app.info.name == "understudy"
    capsys.readouterr()
