"""What a schedule could not start lies in its dead-letter queue, if its role may send there."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from localcloud.stack import RunningStack
from tests.integration.localcloud.roles import a_role, allows

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

INPUT = '{"by": "a schedule of a test"}'
SENDS, STARTS = "sqs:SendMessage", "lambda:InvokeFunction"


@dataclass(frozen=True)
class Scene:
    """A queue of its own, and what may be a schedule's target."""

    cloud: RunningStack
    queue: str
    queue_arn: str

    @property
    def function(self) -> str:
        """The ARN of a function that is there."""
        name = self.cloud.stack.functions["TickFunction"]
        found = self.cloud.session().client("lambda").get_function_configuration(FunctionName=name)
        return str(found["FunctionArn"])

    @contextmanager
    def schedule(self, target: str, *statements: Any) -> Iterator[str]:
        """Give the ARN of a schedule whose role may do what these statements allow."""
        schedules, name = self.cloud.session().client("scheduler"), f"lost-{uuid4().hex}"
        with a_role(self.cloud, {"Service": "scheduler.amazonaws.com"}, *statements) as role:
            made = schedules.create_schedule(
                Name=name,
                ScheduleExpression="rate(1 minute)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    "Arn": target,
                    "RoleArn": role,
                    "Input": INPUT,
                    "DeadLetterConfig": {"Arn": self.queue_arn},
                },
            )
            try:
                yield str(made["ScheduleArn"])
            finally:
                schedules.delete_schedule(Name=name)

    def kept(self) -> list[dict[str, Any]]:
        """Give what lies in the queue."""
        found = (
            self.cloud.session()
            .client("sqs")
            .receive_message(
                QueueUrl=self.queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10
            )
        )
        return list(found.get("Messages", []))


@pytest.fixture
def scene(cloud: RunningStack) -> Iterator[Scene]:
    queues = cloud.session().client("sqs")
    url = queues.create_queue(QueueName=f"lost-{uuid4().hex}")["QueueUrl"]
    asked = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    yield Scene(cloud, url, asked["Attributes"]["QueueArn"])
    queues.delete_queue(QueueUrl=url)


def is_said(scene: Scene, schedule: str) -> bool:
    """Tell whether the log has that a run was lost."""
    said = f"{schedule} may not or cannot keep a failed run in {scene.queue_arn}"
    return said in scene.cloud.emulator.log_text()


@pytest.mark.parametrize("resource", ["", "another queue"], ids=["no right", "another queue's"])
def test_without_the_right_to_send_there_the_run_is_lost_and_that_is_said(
    scene: Scene, resource: str
) -> None:
    sends = [allows(SENDS, f"{scene.queue_arn}-{resource}")] if resource else []
    with scene.schedule(f"{scene.function}-gone", allows(STARTS, "*"), *sends) as schedule:
        scene.cloud.run_schedules()

        assert scene.kept() == []
        assert is_said(scene, schedule)


def test_a_queue_that_keeps_an_order_is_no_dead_letter_queue_of_a_schedule(scene: Scene) -> None:
    queues, name = scene.cloud.session().client("sqs"), f"lost-{uuid4().hex}.fifo"
    url = queues.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
    ordered = Scene(scene.cloud, url, f"{scene.queue_arn.rpartition(':')[0]}:{name}")
    with ExitStack() as stack:
        stack.callback(queues.delete_queue, QueueUrl=url)
        schedule = stack.enter_context(ordered.schedule(f"{scene.function}-gone", allows("*", "*")))
        scene.cloud.run_schedules()

        assert ordered.kept() == []
        assert is_said(ordered, schedule)


@pytest.mark.parametrize(
    ("suffix", "may_start", "error"),
    [
        ("-gone", True, "ResourceNotFoundException"),
        (":no-such-alias", True, "ResourceNotFoundException"),
        ("", False, "AccessDeniedException"),
    ],
    ids=["no function", "no alias", "not allowed"],
)
def test_a_run_that_cannot_be_started_is_kept_with_why(
    scene: Scene, suffix: str, error: str, *, may_start: bool
) -> None:
    target, sends = scene.function + suffix, allows(SENDS, scene.queue_arn)
    starts = [allows(STARTS, "*")] if may_start else []
    with scene.schedule(target, sends, *starts) as schedule:
        scene.cloud.run_schedules()

        (letter,) = scene.kept()
    said = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert said == {"ERROR_CODE": error, "SCHEDULE_ARN": schedule, "TARGET_ARN": target}
    assert letter["Body"] == INPUT


def test_a_run_that_is_started_leaves_nothing_there(scene: Scene) -> None:
    with scene.schedule(scene.function, allows([SENDS, STARTS], "*")):
        scene.cloud.run_schedules()

        assert scene.kept() == []
