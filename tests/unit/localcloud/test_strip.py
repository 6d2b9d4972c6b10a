"""What the emulator cannot take leaves the local copy with everything that only served it."""

from __future__ import annotations

from typing import Any

from localcloud.deploy import strip as lists
from localcloud.deploy.strip import strip

ARCHIVE = {"Type": "AWS::Events::Archive", "Properties": {}}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "DependsOn": ["Old", "Other"]}


def template() -> dict[str, Any]:
    return {
        "Parameters": {"Stage": {}},
        "Resources": {
            "Old": ARCHIVE,
            "Queue": dict(QUEUE),
            "Other": {"Type": "AWS::SQS::Queue"},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {}}},
        },
        "Outputs": {
            "Gone": {"Value": {"Fn::GetAtt": ["Old", "Arn"]}},
            "Kept": {"Value": {"Fn::Join": ["", [{"Ref": "Queue"}, {"Ref": "Stage"}]]}},
            "Region": {"Value": {"Ref": "AWS::Region"}},
        },
    }


def test_an_unknown_type_goes_with_its_outputs_and_dependencies() -> None:
    local = template()

    strip(local)

    assert list(local["Resources"]) == ["Queue", "Other", "Function"]
    assert local["Resources"]["Queue"]["DependsOn"] == ["Other"]
    assert list(local["Outputs"]) == ["Kept", "Region"]


def test_a_harmful_property_goes() -> None:
    local = template()

    strip(local)

    assert local["Resources"]["Function"]["Properties"] == {}


def test_a_condition_that_cannot_be_evaluated_goes_and_the_others_stay() -> None:
    kept = {"kms:EncryptionContext:purpose": "sign"}
    statement = {
        "Effect": "Allow",
        "Condition": {
            "StringEquals": dict(kept),
            "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/signer"},
        },
    }
    policy = {"PolicyDocument": {"Statement": [statement]}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}

    strip({"Resources": {"Role": role}})

    assert statement["Condition"] == {"StringEquals": kept}


def test_every_entry_of_the_lists_says_why() -> None:
    reasons = [*lists.TYPES.values(), *lists.PROPERTIES.values(), *lists.CONDITION_KEYS.values()]

    assert all(reasons)
