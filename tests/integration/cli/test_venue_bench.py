"""The venue's test bench: whoever gives another address than the venue's is told to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.errors import CommandError
from cli.venue_bench import VenueBench
from tests.integration.scripted_server import reset, respond, serving

if TYPE_CHECKING:
    from tests.integration.scripted_server import Step

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (respond(404, "<Error><Code>NoSuchBucket</Code></Error>"), "SIMULATOR_REFUSED"),
        (respond(404, '{"message":"Not Found"}'), "SIMULATOR_REFUSED"),
        (respond(200, "<ListBucketResult/>"), "SIMULATOR_REFUSED"),
        (reset, "SIMULATOR_UNREACHABLE"),
    ],
    ids=["a refusal in XML", "a refusal in JSON", "a page", "nothing"],
)
def test_another_server_than_the_venue_is_told_with_its_address(step: Step, code: str) -> None:
    with serving(step) as other:
        bench = VenueBench(other.url)
        with pytest.raises(CommandError) as refused:
            bench.command("accounts", address="0x" + "1" * 40)

    assert refused.value.code == code
    assert not any(mark in refused.value.message for mark in "<{")
    assert bench.url in refused.value.message
    assert "the venue's address" in refused.value.remedy
