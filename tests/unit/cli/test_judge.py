"""`understudy judge` holds a run to what its demo was held to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli import judge
from cli.judge import NOT_CLEAN, command, least_share_of
from cli.outcome import LEAST_SHARE
from cli.places import SAMPLE, SAMPLE_LEADER
from cli.recordings import as_judged, read_whole
from simulators.judge.evidence import EvidenceError
from simulators.judge.reading import evidence_in

SMALL_RUN = Path(__file__).parents[2] / "recordings" / "judge" / "small_run.json"


def test_a_run_of_another_recording_need_not_have_many_orders() -> None:
    assert least_share_of(evidence_in(SMALL_RUN)) == 0


def test_a_run_of_the_sample_must() -> None:
    sample = as_judged(read_whole(SAMPLE, SAMPLE_LEADER))

    assert least_share_of(replace(evidence_in(SMALL_RUN), recording=sample)) == LEAST_SHARE


@pytest.mark.parametrize(
    ("least", "code", "said"),
    [(0, 0, "100%\n"), (1, 0, "100%  ok\n"), (2, NOT_CLEAN, "100%  WRONG\n")],
)
def test_too_few_orders_are_no_clean_run(
    least: int,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(judge, "least_share_of", lambda _: least)

    assert command(SMALL_RUN) == code
    assert said in capsys.readouterr().out


def test_evidence_without_follows_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    run: dict[str, Any] = json.loads(SMALL_RUN.read_bytes())
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps({**run, "follows": []}), encoding="utf-8")

    with pytest.raises(EvidenceError, match="follows is empty"):
        command(path)
