"""Every function: our runtime, a place for failures, its own kept logs, an alarm.

Every API: an alarm on what it answers, for a function that answers 500 has not failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.template.document import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document, Properties, Resource

RUNTIME = "python3.13"
ARCHITECTURES = ["arm64"]
SYNCHRONOUS = {"Api", "HttpApi"}
QUEUE = {"SQS"}  # failures stay in the queue: its redrive policy is checked with the queues
STREAM = {"DynamoDB", "Kinesis"}
SERVER_ERRORS = {
    "Namespace": "AWS/ApiGateway",
    "MetricName": "5xx",
    "Statistic": "Sum",
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}
SCHEDULERS = ("AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::SNS::Subscription")


def check_functions(document: Document) -> Iterator[Finding]:
    """Check each function of the template."""
    for function in document.functions():
        yield from _check_runtime(function)
        yield from _check_failures(document, function)
        yield from _check_logs(document, function)
        yield from _check_alarm(document, function)
        yield from _check_own_api(function)
    for api in document.of_type("AWS::Serverless::HttpApi"):
        yield from _check_api_alarm(document, api)


def _check_runtime(function: Resource) -> Iterator[Finding]:
    runtime = function.properties.get("Runtime")
    if runtime != RUNTIME:
        yield Finding(function.name, "runtime", f"{runtime}, expected {RUNTIME}")
    architectures = function.properties.get("Architectures")
    if architectures != ARCHITECTURES:
        yield Finding(function.name, "architecture", f"{architectures}, expected {ARCHITECTURES}")


def _check_failures(document: Document, function: Resource) -> Iterator[Finding]:
    events: dict[str, Properties] = function.properties.get("Events") or {}
    for name, event in events.items():
        if event["Type"] in STREAM and not _has_destination(event.get("Properties") or {}):
            message = f"the stream event {name} has no DestinationConfig.OnFailure"
            yield Finding(function.name, "failure-destination", message)
    kinds = {event["Type"] for event in events.values()} - SYNCHRONOUS - QUEUE - STREAM
    is_asynchronous = bool(kinds) or _is_scheduled(document, function)
    if is_asynchronous and not _keeps_failures(function.properties):
        message = "invoked asynchronously without DeadLetterQueue or EventInvokeConfig.OnFailure"
        yield Finding(function.name, "failure-destination", message)


def _is_scheduled(document: Document, function: Resource) -> bool:
    """Say whether a rule, schedule or topic outside the function's own events invokes it."""
    sources = document.of_type(*SCHEDULERS)
    return any(function.name in references(source.properties) for source in sources)


def _keeps_failures(properties: Properties) -> bool:
    return "DeadLetterQueue" in properties or _has_destination(
        properties.get("EventInvokeConfig") or {}
    )


def _has_destination(properties: Properties) -> bool:
    return "OnFailure" in (properties.get("DestinationConfig") or {})


def _check_logs(document: Document, function: Resource) -> Iterator[Finding]:
    own = [group for group in document.of_type("AWS::Logs::LogGroup") if _logs(function, group)]
    if not own:
        yield Finding(function.name, "log-group", "has no log group of its own")
    for group in own:
        if "RetentionInDays" not in group.properties:
            yield Finding(group.name, "log-group", "has no RetentionInDays")


def _logs(function: Resource, group: Resource) -> bool:
    chosen = (function.properties.get("LoggingConfig") or {}).get("LogGroup")
    named = references(group.properties.get("LogGroupName"))
    return group.name in references(chosen) or function.name in named


def _check_alarm(document: Document, function: Resource) -> Iterator[Finding]:
    alarms = document.of_type("AWS::CloudWatch::Alarm")
    if not any(function.name in references(alarm.properties) for alarm in alarms):
        yield Finding(function.name, "alarm", "no alarm watches it")


def _check_own_api(function: Resource) -> Iterator[Finding]:
    """Find what makes SAM add an API unasked: no resource of the template, seen by no rule."""
    events: dict[str, Properties] = function.properties.get("Events") or {}
    for name, event in events.items():
        is_api = event["Type"] in SYNCHRONOUS
        if is_api and "ApiId" not in (event.get("Properties") or {}):
            yield Finding(function.name, "implicit-api", f"the event {name} names no ApiId")


def _check_api_alarm(document: Document, api: Resource) -> Iterator[Finding]:
    alarms = document.of_type("AWS::CloudWatch::Alarm")
    if not any(_watches_answers(alarm.properties, api) for alarm in alarms):
        yield Finding(api.name, "alarm", "no alarm watches its answers of 5xx")


def _watches_answers(alarm: Properties, api: Resource) -> bool:
    """Say whether an alarm counts every 5xx of an API: by the API alone, whatever its stage."""
    dimensions = [{"Name": "ApiId", "Value": {"Ref": api.name}}]
    return {**alarm, **SERVER_ERRORS, "Dimensions": dimensions} == alarm
