"""Each rule about secrets catches a planted fault and leaves sound code alone."""

from __future__ import annotations

import pytest

from checks.key_literals import find_key_literals
from checks.log_lines import find_revealing_logs
from tests.unit.checks.planted import rules_broken_by

STORE = "layers/understudy/understudy/adapters/aws/ledger.py"
HALF = "0123456789abcdef" * 2
NUMBER = int(HALF + HALF[::-1], 16)
RAW = bytes(range(7, 39))


@pytest.mark.parametrize(
    "fault",
    [
        f"KEY = '{HALF}'\\\n    '{HALF}'",
        f"KEY = (\n    '{HALF}'\n    '{HALF}'\n)",
        f"KEY = '0x{HALF}' + '{HALF}'",
        f"KEY = bytes.fromhex('{HALF}' + '{HALF}')",
        f"KEY = f'0x{HALF}{HALF}' + address",
        f"KEY = {RAW!r}",
        f"KEY = {RAW[:16]!r} + {RAW[16:]!r}",
        f"KEY = {NUMBER}",
        f"KEY = {NUMBER:#x}",
        f'"""An example: {HALF}{HALF}."""',
        f"KEY = '{HALF}' '{HALF}'  # public:",
        f"public: str = '{HALF}' '{HALF}'",
    ],
)
def test_a_key_in_any_form_is_reported(fault: str) -> None:
    assert "key-literal" in rules_broken_by(find_key_literals, STORE, fault)


@pytest.mark.parametrize(
    "sound",
    [
        f"ORDER = {NUMBER}  # public: the order of the group",
        f"# public: a published test key\nKEY = '{HALF}' '{HALF}'",
        f"HALF = '{HALF}'",
        "ZERO = '0x' + '00' * 32",
        "NOBODY = '0' * 32 + '0' * 32",
        "PADDING = b'\\x00\\x01' * 16",
        "TEXT = b'thirty-two letters are no key...'",
        "MOST = 2**256 - 1",
        f"MOST = {2**256 - 1}",
        f"WEI = {10**18}",
    ],
)
def test_what_is_no_key_or_marked_as_public_is_fine(sound: str) -> None:
    assert rules_broken_by(find_key_literals, STORE, sound) == []


@pytest.mark.parametrize(
    "fault",
    [
        "logger('api').info(f'refused {token}')",
        "logger('api').info('refused ' + text)",
        "logger('api').info('refused %s' % text)",
        "logger('api').warning(message)",
        "log.error('failed', error, private_key=key)",
        "logger('api').info('sent', refresh_token=text)",
        "self._logger.info('asked', body=body)",
        "logging.info('signed', signature=made)",
    ],
)
@pytest.mark.parametrize(
    "path", [STORE, "functions/api/server.py", "layers/custody/custody/kms.py"]
)
def test_a_log_line_that_could_reveal_something_is_reported(path: str, fault: str) -> None:
    assert rules_broken_by(find_revealing_logs, path, fault) == ["revealing-log"]


@pytest.mark.parametrize(
    "sound",
    [
        "logger('api').info('request refused', route=named, code=code)",
        "logger('api').error('request failed', kind)",
        "math.log(x).info",
        "console.info(f'{x}')",
    ],
)
def test_a_fixed_message_with_plain_fields_is_fine(sound: str) -> None:
    assert rules_broken_by(find_revealing_logs, STORE, sound) == []
