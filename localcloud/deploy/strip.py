"""What the emulator cannot take, and why: the only differences taken out of the one template.

A name on these lists is in the template and works on AWS; here it is left out of the local copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.deploy.source import Template

TYPES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "no such type: refuses the whole template",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "the same",
    "AWS::Budgets::Budget": "the same",
    "AWS::CloudWatch::AnomalyDetector": "the same",
    "AWS::CloudWatch::CompositeAlarm": "the same",
    "AWS::CodeDeploy::Application": "the same",
    "AWS::CodeDeploy::DeploymentGroup": "the same",
    "AWS::Events::ApiDestination": "the same",
    "AWS::Events::Archive": "the same",
    "AWS::Events::Connection": "the same",
    "AWS::Events::EventBusPolicy": "the same",
    "AWS::Logs::QueryDefinition": "the same",
    "AWS::XRay::Group": "the same",
    "AWS::XRay::SamplingRule": "the same",
}
"""Resource types that the emulator does not know."""

PROPERTIES = {
    ("AWS::Lambda::Function", "VpcConfig"): "there is no network to place a function in",
    ("AWS::Lambda::Function", "TracingConfig"): "the emulator refuses trace segments",
}
"""Properties of known types that do harm here."""

CONDITION_KEYS = {
    "aws:PrincipalArn": "the emulator fills in the session's ARN where AWS gives the role's",
}
"""IAM condition keys that the emulator fills otherwise: a right request would be refused."""


def strip(template: Template) -> None:
    """Remove what the lists name from the local copy, in place."""
    resources = template["Resources"]
    for name in [name for name, value in resources.items() if value["Type"] in TYPES]:
        del resources[name]
    for resource in resources.values():
        properties = resource.get("Properties", {})
        for kind, name in PROPERTIES:
            if resource["Type"] == kind:
                properties.pop(name, None)
        for statement in _statements(properties):
            _without_conditions(statement)
    _drop_dangling(template)


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for part in value.values():
            yield from _statements(part)
    elif isinstance(value, list):
        for part in value:
            yield from _statements(part)


def _without_conditions(statement: dict[str, Any]) -> None:
    for operator, tests in list(statement.get("Condition", {}).items()):
        for key in [key for key in tests if key in CONDITION_KEYS]:
            del tests[key]
        if not tests:
            del statement["Condition"][operator]
    if statement.get("Condition") == {}:
        del statement["Condition"]


def _drop_dangling(template: Template) -> None:
    """Drop what only served a stripped resource: its name in DependsOn, its outputs."""
    known = template["Resources"]
    for resource in known.values():
        if "DependsOn" in resource:
            wanted = resource["DependsOn"]
            names = [wanted] if isinstance(wanted, str) else wanted
            resource["DependsOn"] = [name for name in names if name in known]
    outputs = template.get("Outputs", {})
    for name in [name for name, value in outputs.items() if not _resolvable(value, template)]:
        del outputs[name]


def _resolvable(value: Any, template: Template) -> bool:
    """Tell whether every reference inside an output names something that is still there."""
    if isinstance(value, list):
        return all(_resolvable(part, template) for part in value)
    if not isinstance(value, dict):
        return True
    names = [value["Ref"]] if isinstance(value.get("Ref"), str) else []
    if "Fn::GetAtt" in value:
        names.append(value["Fn::GetAtt"][0])
    known = {*template["Resources"], *template.get("Parameters", {})}
    return all(name in known or name.startswith("AWS::") for name in names) and all(
        _resolvable(part, template) for part in value.values()
    )
