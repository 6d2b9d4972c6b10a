"""Sets through the API what the emulator's CloudFormation accepts and silently forgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.deploy.source import Template
    from localcloud.session import LocalSession

    Call = Callable[[Any, str, Any], None]

_OUTPUT = "LocalFixup"
_BETWEEN = ","  # an output is text: a list goes through it joined
_HOLDS, _HOLDS_NOT = "holds", "holds not"
_NO_VALUE = {"Ref": "AWS::NoValue"}


def _time_to_live(client: Any, table: str, wanted: dict[str, Any]) -> None:
    found = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    is_on = found["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
    if is_on != bool(wanted.get("Enabled", True)):
        specification = {"Enabled": not is_on, "AttributeName": wanted["AttributeName"]}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


def _point_in_time_recovery(client: Any, table: str, wanted: dict[str, Any]) -> None:
    client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)


def _reserved_concurrency(client: Any, function: str, wanted: str | int) -> None:
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=int(wanted))


def _dead_letters(client: Any, function: str, wanted: dict[str, Any]) -> None:
    client.update_function_configuration(FunctionName=function, DeadLetterConfig=wanted)


def _cors(client: Any, api: str, wanted: dict[str, Any]) -> None:
    client.update_api(ApiId=api, CorsConfiguration=wanted)


def _object_lock(client: Any, bucket: str, wanted: dict[str, Any]) -> None:
    retention = wanted["Rule"]["DefaultRetention"]
    retention["Days"] = int(retention["Days"])
    client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=wanted)


FORGOTTEN: Mapping[tuple[str, str], tuple[str, Call]] = {
    ("AWS::ApiGatewayV2::Api", "CorsConfiguration"): ("apigatewayv2", _cors),
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"): (
        "dynamodb",
        _point_in_time_recovery,
    ),
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"): ("dynamodb", _time_to_live),
    ("AWS::Lambda::Function", "DeadLetterConfig"): ("lambda", _dead_letters),
    ("AWS::Lambda::Function", "ReservedConcurrentExecutions"): ("lambda", _reserved_concurrency),
    ("AWS::S3::Bucket", "ObjectLockConfiguration"): ("s3", _object_lock),
}
"""What is forgotten, and the service and call that set it."""


@dataclass(frozen=True)
class Fixup:
    """One forgotten property of one resource; references in `wanted` are names of outputs."""

    resource: str
    service: str
    call: Call
    wanted: Any

    def apply(
        self, session: LocalSession, physical_ids: Mapping[str, str], outputs: Mapping[str, str]
    ) -> None:
        """Set the property; repeating it changes nothing."""
        wanted = _with_values(self.wanted, outputs)
        if wanted is not None and self.resource in physical_ids:  # conditions may leave out either
            self.call(session.client(self.service), physical_ids[self.resource], wanted)


def plan_fixups(template: Template) -> list[Fixup]:
    """List the fixups of `template`, in which each reference becomes an output, in place."""
    outputs = template.setdefault("Outputs", {})
    return [
        Fixup(name, service, call, _as_outputs(resource["Properties"][key], outputs))
        for name, resource in template["Resources"].items()
        for (kind, key), (service, call) in FORGOTTEN.items()
        if resource["Type"] == kind and key in resource.get("Properties", {})
    ]


def is_fixup_output(name: str) -> bool:
    """Tell whether an output was added for a fixup."""
    return name.startswith(_OUTPUT)


@dataclass(frozen=True)
class _OutputName:
    name: str
    is_list: bool = False


@dataclass(frozen=True)
class _Choice:
    condition: str
    then: Any
    otherwise: Any


def _as_outputs(value: Any, outputs: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_as_outputs(part, outputs) for part in value]
    if not isinstance(value, dict):
        return value
    if any(key == "Ref" or key.startswith("Fn::") for key in value):
        return _reference(value, outputs)
    return {key: _as_outputs(part, outputs) for key, part in value.items()}


def _reference(value: dict[str, Any], outputs: dict[str, Any]) -> Any:
    if value == _NO_VALUE:
        return None
    if "Fn::If" in value:
        condition, *branches = value["Fn::If"]
        name = _added(outputs, {"Fn::If": [condition, _HOLDS, _HOLDS_NOT]})
        return _Choice(name, *(_as_outputs(branch, outputs) for branch in branches))
    if "Fn::Split" in value:
        return _OutputName(_added(outputs, {"Fn::Join": [_BETWEEN, value]}), is_list=True)
    return _OutputName(_added(outputs, value))


def _added(outputs: dict[str, Any], value: Any) -> str:
    name = f"{_OUTPUT}{len(outputs)}"
    outputs[name] = {"Value": value}
    return name


def _with_values(value: Any, outputs: Mapping[str, str]) -> Any:
    if isinstance(value, _OutputName):
        given = outputs[value.name]
        return given.split(_BETWEEN) if value.is_list else given
    if isinstance(value, _Choice):
        holds = outputs[value.condition] == _HOLDS
        return _with_values(value.then if holds else value.otherwise, outputs)
    if isinstance(value, list):
        return [_with_values(part, outputs) for part in value]
    if isinstance(value, dict):
        return {key: _with_values(part, outputs) for key, part in value.items()}
    return value
