"""Table settings that CloudFormation forgets here, streams, the bus, and schedules at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration


def test_time_to_live_and_recovery_are_on(cloud: RunningStack) -> None:
    tables = cloud.session().client("dynamodb")
    name = cloud.outputs["Table"]

    living = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

    assert living == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    assert recovery == "ENABLED"


def test_reserved_concurrency_is_set(cloud: RunningStack) -> None:
    function = cloud.stack.functions["SignerFunction"]

    found = cloud.session().client("lambda").get_function_concurrency(FunctionName=function)

    assert found["ReservedConcurrentExecutions"] == 20


def test_a_schedule_runs_at_once_with_its_input(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    tables = cloud.session().client("dynamodb")
    key = {"pk": {"S": "tick"}, "sk": {"S": "scheduler"}}

    assert eventually(
        lambda: tables.get_item(TableName=cloud.outputs["Table"], Key=key).get("Item")
    )


def test_what_runs_every_minute_runs_alone_and_all_of_it_when_told(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    tables = cloud.session().client("dynamodb")
    key = {"pk": {"S": "tick"}, "sk": {"S": "the hour"}}

    assert cloud.begin() == 1
    assert cloud.run_schedules() == 2
    assert eventually(
        lambda: tables.get_item(TableName=cloud.outputs["Table"], Key=key).get("Item")
    )


def test_a_change_of_the_table_becomes_an_event_in_a_queue(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    key = {"pk": {"S": "watched"}, "sk": {"S": "1"}}
    queues = cloud.session().client("sqs")
    url = cloud.stack.queue_urls["SeenQueue"]
    cloud.session().client("dynamodb").put_item(TableName=cloud.outputs["Table"], Item=key)

    def seen() -> bool:
        found = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in found.get("Messages", [])]
        return any(body["detail"]["keys"] == key for body in bodies)

    eventually(seen)


def test_a_source_is_not_read_without_the_roles_permission(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    session = cloud.session()
    iam, functions = session.client("iam"), session.client("lambda")
    function = cloud.stack.functions["AuditFunction"]
    role = functions.get_function_configuration(FunctionName=function)["Role"].rpartition("/")[2]
    reads = "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"
    [mapping] = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]

    def result() -> str:
        found = functions.get_event_source_mapping(UUID=mapping["UUID"])
        return str(found["LastProcessingResult"])

    iam.detach_role_policy(RoleName=role, PolicyArn=reads)
    try:
        eventually(lambda: "dynamodb:DescribeStream" in result())
    finally:
        iam.attach_role_policy(RoleName=role, PolicyArn=reads)


def test_a_rule_delivers_only_where_the_queues_policy_lets_it(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    queues = cloud.session().client("sqs")
    url = cloud.stack.queue_urls["SeenQueue"]
    kept = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]

    def said_no() -> bool:
        return "may not deliver" in cloud.emulator.log_text()

    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    try:
        cloud.session().client("events").put_events(
            Entries=[
                {"Source": "sample", "DetailType": "X", "Detail": "{}", "EventBusName": "sample"}
            ]
        )
        eventually(said_no)
    finally:
        queues.set_queue_attributes(QueueUrl=url, Attributes=kept)


def test_a_schedule_runs_only_what_its_role_allows(
    cloud: RunningStack, eventually: Callable[..., Any]
) -> None:
    iam = cloud.session().client("iam")
    schedule = cloud.session().client("scheduler").get_schedule(Name="TickFunctionEveryMinute")
    role = schedule["Target"]["RoleArn"].rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    kept = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]

    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        cloud.run_schedules()
        eventually(lambda: f"{schedule['Arn']} may not deliver" in cloud.emulator.log_text())
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(kept))
