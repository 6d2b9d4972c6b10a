"""Each rule about the template catches a planted fault, and the sound template has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks.template.__main__ import find_all
from checks.template.document import read_document
from tests.unit.checks.planted import SOUND_TEMPLATE, template_with

if TYPE_CHECKING:
    from pathlib import Path

ANY_ACTION = "{ Action: s3:*, Resource: arn:a }"
ANY_RESOURCE = "{ Action: sqs:SendMessage, Resource: '*' }"
WATCHER = "  Watcher:\n    Type: AWS::IAM::%s\n    Properties: { %s }\n  CustodyLayer:\n"
OPEN_KEY = """Action: kms:*
            Resource: "*"
          - Principal: %s
            Action: %s
            Resource: "*\""""
# old text, new text, the place and the rule that must be reported
FAULTS = {
    "old_runtime": ("python3.13", "python3.12", "SignerFunction", "runtime"),
    "intel": ("[arm64]", "[x86_64]", "SignerFunction", "architecture"),
    "schedule_without_dead_letter_queue": (
        "DeadLetterQueue:\n        Type",
        "Unused:\n        Type",
        "ReconcilerFunction",
        "failure-destination",
    ),
    "stream_without_destination": (
        "DestinationConfig:",
        "Unused:",
        "CopierFunction",
        "failure-destination",
    ),
    "function_without_logs": ("${SignerFunction}", "other", "SignerFunction", "log-group"),
    "logs_for_ever": ("RetentionInDays: 14", "KmsKeyId: x", "ReconcilerLogGroup", "log-group"),
    "function_without_alarm": ("Ref SignerFunction", "Ref Other", "SignerFunction", "alarm"),
    "api_without_alarm": ("Value: !Ref Api", "Value: !Ref Other", "Api", "alarm"),
    "api_whose_alarm_counts_4xx": ("MetricName: 5xx", "MetricName: 4xx", "Api", "alarm"),
    "api_whose_alarm_is_of_the_function": ("AWS/ApiGateway", "AWS/Lambda", "Api", "alarm"),
    "api_whose_alarm_knows_one_route": (
        "Value: !Ref Api",
        "Value: !Ref Api\n        - { Name: Route, Value: GET /v1/me }",
        "Api",
        "alarm",
    ),
    "api_that_the_template_does_not_have": (
        "Type: SQS\n          Properties:\n            Queue: !GetAtt CopierQueue.Arn",
        "Type: HttpApi\n          Properties: { Path: /v1/me, Method: get }",
        "CopierFunction",
        "implicit-api",
    ),
    "any_action": ("dynamodb:GetItem", "dynamodb:*", "CopierFunction", "least-privilege"),
    "any_table": ("GetAtt CopyingTable.Arn", 'Sub "*"', "CopierFunction", "least-privilege"),
    "all_but_some": (
        "Action: dynamodb:GetItem",
        "NotAction: dynamodb:GetItem",
        "CopierFunction",
        "least-privilege",
    ),
    "role_that_may_do_everything": (
        "  CustodyLayer:\n",
        WATCHER % ("Role", f"Policies: [{{ PolicyDocument: {{ Statement: [{ANY_ACTION}] }} }}]"),
        "Watcher",
        "least-privilege",
    ),
    "policy_on_everything": (
        "  CustodyLayer:\n",
        WATCHER % ("Policy", f"PolicyDocument: {{ Statement: [{ANY_RESOURCE}] }}"),
        "Watcher",
        "least-privilege",
    ),
    "key_that_a_service_may_use_for_anything": (
        'Action: kms:*\n            Resource: "*"',
        OPEN_KEY % ("{ Service: logs.amazonaws.com }", "kms:*"),
        "DataKey",
        "least-privilege",
    ),
    "key_for_everybody": (
        'Action: kms:*\n            Resource: "*"',
        OPEN_KEY % ('"*"', "kms:Decrypt"),
        "DataKey",
        "least-privilege",
    ),
    "managed_policy_of_a_role": (
        "  CustodyLayer:\n",
        WATCHER % ("Role", "ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]"),
        "Watcher",
        "managed-policy",
    ),
    "managed_policy": (
        "Policies:\n        - Statement:",
        "Policies:\n        - AmazonDynamoDBFullAccess\n        - Statement:",
        "CopierFunction",
        "managed-policy",
    ),
    "copier_decrypts_with_the_custody_key": (
        "GetAtt DataKey.Arn",
        "GetAtt CustodyKey.Arn",
        "CopierFunction",
        "custody-key",
    ),
    "copier_decrypts_with_a_key_we_do_not_know": (
        "!GetAtt DataKey.Arn",
        "!ImportValue some-key",
        "CopierFunction",
        "custody-key",
    ),
    "custody_key_admits_the_copier": (
        "SignerFunctionRole",
        "CopierFunctionRole",
        "CustodyKey",
        "key-policy",
    ),
    "whole_account_decrypts_with_the_custody_key": (
        "[kms:Describe*, kms:DisableKey, kms:Put*]",
        "kms:*",
        "CustodyKey",
        "key-policy",
    ),
    "copier_carries_custody_code": (
        "CodeUri: functions/copier",
        "Layers: [!Ref CustodyLayer]",
        "CopierFunction",
        "custody-code",
    ),
    "layer_that_is_not_built": (
        "BuildMethod: python3.13",
        "Unused: true",
        "CustodyLayer",
        "layer-build",
    ),
    "table_without_backup": (
        "PointInTimeRecoveryEnabled: true",
        "PointInTimeRecoveryEnabled: false",
        "CopyingTable",
        "table",
    ),
    "deletable_table": (
        "DeletionProtectionEnabled: true",
        "TableName: copying",
        "CopyingTable",
        "table",
    ),
    "impatient_queue": ("maxReceiveCount: 8", "maxReceiveCount: 3", "CopierQueue", "queue"),
    "queue_without_end": ("RedrivePolicy:", "Unused:", "CopierQueue", "queue"),
    "table_in_somebody_elses_key": ("SSEType: KMS, ", "", "CopyingTable", "encryption"),
    "bucket_in_the_clear": ("BucketEncryption", "Unused", "AuditCopies", "encryption"),
    "queue_in_the_clear": (
        "maxReceiveCount: 8",
        "maxReceiveCount: 8\n      SqsManagedSseEnabled: false",
        "CopierQueue",
        "encryption",
    ),
    "key_that_never_turns": (
        "EnableKeyRotation: true",
        "EnableKeyRotation: false",
        "CustodyKey",
        "key-rotation",
    ),
    "key_gone_in_a_week": (
        "PendingWindowInDays: 30",
        "PendingWindowInDays: 7",
        "CustodyKey",
        "key-deletion",
    ),
    "table_that_goes_with_its_stack": (
        "AWS::DynamoDB::Table\n    DeletionPolicy: Retain",
        "AWS::DynamoDB::Table\n    DeletionPolicy: Delete",
        "CopyingTable",
        "kept",
    ),
    "key_that_goes_with_its_replacement": (
        "AWS::KMS::Key\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain",
        "AWS::KMS::Key\n    DeletionPolicy: Retain",
        "CustodyKey",
        "kept",
    ),
    "bucket_without_versions": ("Status: Enabled", "Status: Suspended", "AuditCopies", "kept"),
    "bucket_that_may_be_opened": (
        "BlockPublicPolicy: true",
        "BlockPublicPolicy: false",
        "AuditCopies",
        "public",
    ),
    "bucket_for_everybody": ("Effect: Deny", "Effect: Allow", "AuditCopiesPolicy", "public"),
    "function_for_everybody": (
        "Principal: events.amazonaws.com",
        'Principal: "*"',
        "ApiPermission",
        "public",
    ),
    "function_at_an_open_address": (
        "CodeUri: functions/signer",
        "FunctionUrlConfig: { AuthType: NONE }",
        "SignerFunction",
        "public",
    ),
    "secret_in_an_environment": (
        "CodeUri: functions/signer",
        "Environment: { Variables: { SIGNING_SECRET: !Ref Tokens } }",
        "SignerFunction",
        "secret",
    ),
    "secret_written_out": ("GenerateSecretString", "SecretString", "Tokens", "secret"),
    "stage_without_limits": ("ThrottlingRateLimit: 1000, ", "", "Api", "throttle"),
    "every_page_may_call": ("https://app.example", "*", "Api", "cors"),
    "credentials_for_other_origins": (
        "AllowHeaders: [authorization]",
        "AllowCredentials: true",
        "Api",
        "cors",
    ),
    "slow_fifo": ("perMessageGroupId", "perQueue", "CopierQueue", "queue"),
}


def test_the_sound_template_breaks_no_rule() -> None:
    assert list(find_all(read_document(SOUND_TEMPLATE))) == []


@pytest.mark.parametrize(("old", "new", "place", "rule"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_reported_where_it_is(
    old: str, new: str, place: str, rule: str, tmp_path: Path
) -> None:
    findings = find_all(template_with(tmp_path, old, new))

    assert (place, rule) in {(finding.place, finding.rule) for finding in findings}


def test_a_rule_outside_the_function_makes_it_asynchronous(tmp_path: Path) -> None:
    rule = (
        "  Nightly:\n    Type: AWS::Events::Rule\n    Properties:\n"
        "      Targets: [{Id: a, Arn: !GetAtt SignerFunction.Arn}]\n"
    )

    document = template_with(tmp_path, "  CustodyLayer:\n", rule + "  CustodyLayer:\n")

    assert [finding.rule for finding in find_all(document)] == ["failure-destination"]


def test_a_file_without_resources_is_no_template(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("just: text")

    with pytest.raises(ValueError, match="is no template"):
        read_document(file)
