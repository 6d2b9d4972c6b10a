"""What `understudy demo` says before it begins."""

from __future__ import annotations

import pytest

from cli import demo
from cli.app import main
from cli.errors import CommandError


@pytest.mark.parametrize(
    ("followers", "said"), [("11", "about 1.1 times"), ("99", "about 9.9 times"), ("10", "")]
)
def test_more_followers_than_usual_are_told_what_to_expect_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    followers: str,
    said: str,
) -> None:
    def started(*_: object) -> None:
        raise CommandError("STOPPED", "it began", "nothing is to be done")

    monkeypatch.setattr(demo, "running_system", started)

    assert main(["demo", "--followers", followers]) == 1

    words = capsys.readouterr().out
    assert said in words
    assert bool(words) is bool(said)
