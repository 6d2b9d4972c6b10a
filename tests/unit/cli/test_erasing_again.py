"""`understudy ops erase-again` names who is back, and has them erased when told so."""

from __future__ import annotations

import pytest

from cli.app import main
from cli.ops import erasing_again
from tests.fakes.builders import NOW_MS
from understudy.domain.ids import UserId
from understudy.workflows.requests.erasing_again import Returned
from understudy.workflows.requests.operators import Deed

ADA = Returned(UserId("ada"), has_account=True, follows=0)
BOB = Returned(UserId("bob"), has_account=False, follows=2)
WHY = ("ops", "erase-again", "--reason", "restored")


class Erasing:
    """Somebody has found these; remembers who is erased, and why."""

    def __init__(self, *back: Returned) -> None:
        self.back = list(back)
        self.erased: list[tuple[str, str]] = []

    def found(self) -> list[Returned]:
        return self.back

    def erase(self, deed: Deed, returned: Returned) -> None:
        self.erased.append((returned.user_id, deed.reason))


@pytest.fixture
def erasing(monkeypatch: pytest.MonkeyPatch) -> Erasing:
    erasing = Erasing(ADA, BOB)
    monkeypatch.setattr(erasing_again, "find_place", lambda stack: stack)
    monkeypatch.setattr(erasing_again, "erasing_again", lambda _: erasing)
    monkeypatch.setattr(erasing_again, "deed_of", lambda place, why: Deed(place, why, NOW_MS))
    return erasing


def test_who_only_looks_erases_nobody(erasing: Erasing, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(WHY) == 0

    assert capsys.readouterr().out.splitlines() == [
        "ada  was erased and is back: account, 0 follows",
        "bob  was erased and is back: no account, 2 follows",
        "2 users to erase again: say --yes",
    ]
    assert erasing.erased == []


def test_all_of_them_are_erased_for_a_reason(erasing: Erasing) -> None:
    assert main([*WHY, "--yes"]) == 0

    assert erasing.erased == [("ada", "restored"), ("bob", "restored")]


def test_where_nobody_is_back_nothing_is_to_be_done(
    erasing: Erasing, capsys: pytest.CaptureFixture[str]
) -> None:
    erasing.back = []

    assert main([*WHY, "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == ["nobody who was erased is back"]


def test_without_a_reason_nothing_is_looked_at(
    erasing: Erasing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ops", "erase-again", "--reason", " ", "--yes"]) == 1

    assert "error USAGE" in capsys.readouterr().err
    assert erasing.erased == []
