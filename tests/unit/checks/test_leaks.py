"""No machine path, registry host or secret gets past the check of committed files."""

from __future__ import annotations

import pytest

from checks.leaks import find_leaks

SECRET = "0123456789abcdef" * 4  # public: counted up
HOME = "/" + "root/project"  # in two parts: this file is checked too
HOST = "py" + "pi.org"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (f"cd {HOME}", "machine-path"),
        (f"fetched from {HOST}", "registry-host"),
        ("--find" + "-links wheels", "registry-host"),
        (f"key = '0x{SECRET}'", "secret"),
    ],
)
def test_a_leak_is_reported_with_its_line(line: str, rule: str) -> None:
    (finding,) = find_leaks("docs/flow.md", f"one\n{line}\n")

    assert (finding.place, finding.rule) == ("docs/flow.md:2", rule)


def test_a_secret_is_not_repeated_in_the_finding() -> None:
    (finding,) = find_leaks("docs/flow.md", SECRET)

    assert SECRET not in str(finding)


@pytest.mark.parametrize(
    "text", [f"KEY = '{SECRET}'  # public:", f"public: str = '{SECRET}'", f"# is public\n{SECRET}"]
)
def test_who_calls_a_key_public_says_why_in_a_comment(text: str) -> None:
    assert [finding.rule for finding in find_leaks("tests/unit/test_key.py", text)] == ["secret"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/vectors/signing.json", SECRET),
        ("requirements/demo.txt", f"--hash=sha256:{SECRET}"),
        ("tests/unit/test_signing.py", f"KEY = '{SECRET}'  # public: published test key"),
        ("tests/unit/test_signing.py", f"# public: published test key\nKEY = '{SECRET}'"),
        ("tests/unit/test_fills.py", "hash = '0x" + "0" * 64 + "'"),
        ("docs/api.md", "GET https://venue.example/work/info"),
    ],
)
def test_public_values_and_addresses_are_fine(path: str, text: str) -> None:
    assert list(find_leaks(path, text)) == []
