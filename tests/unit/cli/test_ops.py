"""What operators see: letters found by their names, errors with a remedy, refusals before acts."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from cli.app import main
from cli.errors import CommandError
from cli.ops.judging import judged
from cli.ops.letters import ReadLetter, chosen
from cli.ops.place import Place, Queue, failures_explained
from cli.ops.redriving import redrivable, refuse
from cli.ops.showing import age_of, lines_of, shortened
from tests.fakes.builders import FOLLOW, NOW_MS, WALLET
from understudy.adapters.aws.letter_bodies import Content, FailedRun, Poison
from understudy.domain.errors import DependencyError
from understudy.messages import Converge
from understudy.ports.dead_letters import DeadLetter

CONVERGE = Converge(FOLLOW, WALLET, "BTC", "reconcile", NOW_MS)
HOUR_MS = 3_600_000


def _letter(name: str, content: Content = CONVERGE) -> ReadLetter:
    return ReadLetter(
        DeadLetter("follower-execute", name, WALLET, "body", NOW_MS, 1, "handle"), content
    )


def _code_of(error: Exception) -> str:
    with pytest.raises(CommandError) as raised, failures_explained():
        raise error
    assert raised.value.remedy
    return raised.value.code


def _refused(code: str, operation: str = "ReceiveMessage") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoCredentialsError(), "AWS_CREDENTIALS"),
        (_refused("ExpiredToken"), "AWS_CREDENTIALS"),
        (_refused("AccessDeniedException"), "AWS_ACCESS_DENIED"),
        (NoRegionError(), "AWS_REGION"),
        (DependencyError("away", cause="EndpointConnectionError"), "CLOUD_UNAVAILABLE"),
        (DependencyError("away", code="A_CODE"), "A_CODE"),
    ],
)
def test_what_the_cloud_refuses_has_a_code_and_a_remedy(error: Exception, code: str) -> None:
    assert _code_of(error) == code


def test_a_letter_is_found_by_how_its_id_begins_and_only_when_that_is_one() -> None:
    letters = [_letter("abc1"), _letter("abe2")]

    assert chosen(letters, ["abe"]) == letters[1:]
    for name, code in (("ab", "LETTER_AMBIGUOUS"), ("x", "LETTER_NOT_FOUND")):
        with pytest.raises(CommandError) as raised:
            chosen(letters, [name])
        assert raised.value.code == code


@pytest.mark.parametrize(
    ("content", "code"), [(Poison(), "POISON_MESSAGE"), (FailedRun(""), "RUN_OVER")]
)
def test_what_is_not_to_be_sent_back_is_refused_before_anything_is_sent(
    content: Content, code: str
) -> None:
    letters = [_letter("1"), _letter("2", content)]

    with pytest.raises(CommandError) as raised:
        refuse(letters, poison=False)

    assert raised.value.code == code
    assert redrivable(letters, poison=False) == letters[:1]


def test_poison_is_sent_back_when_that_is_said() -> None:
    letters = [_letter("1", Poison())]

    refuse(letters, poison=True)

    assert redrivable(letters, poison=True) == letters


def test_poison_is_explained_as_such() -> None:
    each = _letter("1", Poison())

    said = "\n".join(lines_of(each, judged(Place(None, "stack", {}, {}), each)))

    assert "POISON" in said
    assert "begins body" in said


def test_every_queue_names_its_resources() -> None:
    assert Queue.FOLLOWER_EXECUTE.resource == "FollowerExecute"
    assert Queue.FILL_FAN_OUT.resource == "FillFanOut"


def test_ages_and_names_are_short() -> None:
    ages = [age_of(ms) for ms in (-5, 59_000, 61_000, 2 * HOUR_MS, 49 * HOUR_MS)]
    assert ages == ["0 s", "59 s", "1 min", "2 h 0 min", "2 d 1 h"]
    assert shortened("0x" + "1" * 40) == "0x1111111…111111"


def test_redriving_needs_names_or_all_of_them_and_never_both(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in ([], ["id", "--all"], ["--all", "--queue", "nowhere"]):
        assert main(["ops", "dead-letters", "redrive", *arguments]) == 1
        assert "error USAGE" in capsys.readouterr().err


def test_a_place_says_what_its_stack_lacks() -> None:
    with pytest.raises(CommandError) as raised:
        Place(None, "stack", {}, {}).dead_letters()

    assert raised.value.code == "STACK_UNFIT"
