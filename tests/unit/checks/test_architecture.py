"""The import contracts hold for a sound tree, and each one breaks on a planted import."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
STEPS = (
    "account_erasure",
    "agent_upkeep",
    "audit_checkpoint",
    "audit_extract",
    "audit_seal",
    "copy_events",
    "fill_fan_out",
    "follow_reconcile",
    "follower_execute",
    "leader_listener",
    "leader_sync",
)
PACKAGES = (
    "understudy",
    "understudy/domain",
    "understudy/messages",
    "understudy/ports",
    "understudy/workflows",
    *(f"understudy/workflows/{step}" for step in STEPS),
    "understudy/workflows/reconciling",
    "understudy/workflows/requests",
    "understudy/workflows/copying",
    "understudy/workflows/watching",
    "understudy/runtime",
    "understudy/adapters",
    "understudy/adapters/venues",
    "understudy/adapters/venues/hyperliquid",
    "understudy/adapters/venues/polymarket",
    "custody",
    "functions",
    "functions/leader_sync",
    "functions/signer",
    "simulators",
    "simulators/hyperliquid",
    "simulators/judge",
    "localcloud",
    "cli",
    "benchmarks",
)
# package -> an import that the named contract forbids there
PLANTED = {
    "understudy/ports": ("import understudy.workflows", "functions -> runtime"),
    "understudy/workflows": ("import boto3", "domain, ports and workflows do no I/O"),
    "understudy/workflows/copying": ("import understudy.workflows.reconciling", "steps ->"),
    "understudy/domain": ("import pydantic", "domain needs no pydantic"),
    "functions/leader_sync": ("import custody", "custody is imported by custody functions"),
    "custody": ("import understudy.runtime", "custody knows no workflow"),
    "understudy/runtime": ("import eth_account", "what ships uses no venue SDK"),
    "simulators/hyperliquid": ("import understudy.domain", "simulators know nothing"),
    "simulators/judge": ("import simulators.hyperliquid", "the judge reads"),
    "functions/signer": ("import functions.leader_sync", "functions do not import each other"),
    "understudy/adapters/venues/polymarket": (
        "import understudy.adapters.venues.hyperliquid",
        "venues do not import each other",
    ),
}


def lint(tree: Path, imports: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Lay out the packages with the planted imports; return contract -> KEPT or BROKEN."""
    for package in PACKAGES:
        (tree / package).mkdir(parents=True, exist_ok=True)
        (tree / package / "__init__.py").write_text(imports.get(package, ("", ""))[0])
    run = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", ROOT / "pyproject.toml"],
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    return dict(re.findall(r"^(.+) (KEPT|BROKEN)", run.stdout, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return lint(tmp_path_factory.mktemp("faulty"), PLANTED)


def test_a_sound_tree_keeps_every_contract(tmp_path: Path) -> None:
    assert set(lint(tmp_path, {}).values()) == {"KEPT"}


def test_every_contract_has_a_planted_import(verdicts: dict[str, str]) -> None:
    assert [name for name, verdict in verdicts.items() if verdict == "KEPT"] == []


@pytest.mark.parametrize("contract", [contract for _, contract in PLANTED.values()])
def test_a_planted_import_breaks_its_contract(contract: str, verdicts: dict[str, str]) -> None:
    assert [verdicts[name] for name in verdicts if name.startswith(contract)] == ["BROKEN"]


@pytest.mark.parametrize("library", ["eth_account", "siwe", "web3"])
def test_each_library_that_only_tests_may_use_breaks_it_alone(library: str, tmp_path: Path) -> None:
    verdicts = lint(tmp_path, {"understudy/adapters": (f"import {library}", "")})

    broken = [name for name, verdict in verdicts.items() if verdict == "BROKEN"]
    assert broken == ["what ships uses no venue SDK, and neither eth_account nor siwe"]
