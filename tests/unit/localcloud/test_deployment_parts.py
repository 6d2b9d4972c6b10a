"""Fixups carry references through outputs; packages are found with all that they need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.deploy.fixups import is_fixup_output, plan_fixups
from localcloud.deploy.packages import link_packages, requirement_names
from localcloud.errors import Code, LocalCloudError

if TYPE_CHECKING:
    from pathlib import Path


class Client:
    """Notes the calls made to it."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda **request: self.calls.append({"call": name, **request})


class Session:
    """Hands out one client for every service."""

    def __init__(self) -> None:
        self.made = Client()

    def client(self, service: str) -> Client:
        return self.made


def test_a_reference_inside_a_forgotten_property_is_resolved_by_the_stack() -> None:
    wanted = {"TargetArn": {"Fn::GetAtt": ["Letters", "Arn"]}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"DeadLetterConfig": wanted}}
    template: dict[str, Any] = {"Resources": {"Function": function}}
    session: Any = Session()

    [fixup] = plan_fixups(template)
    [name] = template["Outputs"]
    fixup.apply(session, {"Function": "physical"}, {name: "arn:letters"})

    assert is_fixup_output(name)
    assert session.made.calls == [
        {
            "call": "update_function_configuration",
            "FunctionName": "physical",
            "DeadLetterConfig": {"TargetArn": "arn:letters"},
        }
    ]


CORS = {"AllowOrigins": {"Fn::Split": [",", {"Ref": "Origins"}]}, "MaxAge": 600}
NO_VALUE = {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize(
    ("holds", "calls"),
    [
        (
            "holds",
            [
                {
                    "call": "update_api",
                    "ApiId": "physical",
                    "CorsConfiguration": {"AllowOrigins": ["a", "b"], "MaxAge": 600},
                }
            ],
        ),
        ("holds not", []),
    ],
)
def test_a_forgotten_property_under_a_condition_is_set_only_where_it_holds(
    holds: str, calls: list[dict[str, Any]]
) -> None:
    wanted = {"CorsConfiguration": {"Fn::If": ["HasOrigins", CORS, NO_VALUE]}}
    template: dict[str, Any] = {
        "Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": wanted}}
    }
    session: Any = Session()

    [fixup] = plan_fixups(template)
    outputs = {
        name: holds if "Fn::If" in each["Value"] else "a,b"
        for name, each in template["Outputs"].items()
    }
    fixup.apply(session, {"Api": "physical"}, outputs)

    assert all(isinstance(each["Value"], dict) for each in template["Outputs"].values())
    assert session.made.calls == calls


def test_a_resource_that_a_condition_left_out_needs_no_fixup() -> None:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"ReservedConcurrentExecutions": 2},
    }
    session: Any = Session()

    [fixup] = plan_fixups({"Resources": {"Function": function}})
    fixup.apply(session, {}, {})

    assert session.made.calls == []


def test_requirement_names_leave_out_versions_hashes_and_options(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# comment\n--only-binary :all:\nmsgpack==1.1.0 \\\n    --hash=sha256:00\nPyYAML[x]>=6\n\n",
        encoding="utf-8",
    )

    assert requirement_names(file) == ["msgpack", "PyYAML"]


def test_a_package_is_linked_with_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    folder = link_packages(["boto3"], tmp_path / "links")

    names = {entry.name for entry in folder.iterdir() if not entry.name.endswith("-info")}

    assert {"boto3", "botocore", "s3transfer", "urllib3"} <= names
    assert "pytest" not in names


def test_links_that_are_right_stay_while_wrong_ones_are_put_right(tmp_path: Path) -> None:
    folder = link_packages(["boto3"], tmp_path / "links")
    made = {link.name: link.lstat().st_ino for link in folder.iterdir()}
    (folder / "pytest").symlink_to(tmp_path)
    (folder / "__pycache__").mkdir()
    (folder / "botocore").unlink()
    (folder / "botocore").symlink_to(tmp_path)
    (folder / "s3transfer").unlink()

    link_packages(["boto3"], folder)

    now = {link.name: link.lstat().st_ino for link in folder.iterdir()}
    assert now.keys() == {*made, "__pycache__"}
    assert {name for name in made if now[name] != made[name]} <= {"botocore", "s3transfer"}
    assert (folder / "botocore" / "__init__.py").exists()
    assert (folder / "s3transfer" / "__init__.py").exists()


@pytest.mark.parametrize("name", ["boto3", "notes"])
@pytest.mark.parametrize("is_file", [True, False])
def test_what_somebody_put_among_the_links_is_named_and_left_alone(
    tmp_path: Path, name: str, *, is_file: bool
) -> None:
    folder = link_packages(["boto3"], tmp_path / "links")
    theirs, stray = folder / name, folder / "pytest"
    theirs.unlink(missing_ok=True)
    kept = theirs if is_file else theirs / "kept.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("theirs")
    stray.symlink_to(tmp_path)

    with pytest.raises(LocalCloudError, match=re.escape(str(theirs))) as refused:
        link_packages(["boto3"], folder)

    assert refused.value.code is Code.STATE_DAMAGED
    assert refused.value.remedy.startswith("move it away")
    assert kept.read_text() == "theirs"
    assert stray.is_symlink()


def test_a_package_that_is_not_installed_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="no-such-package") as refused:
        link_packages(["no-such-package"], tmp_path / "links")

    assert refused.value.code is Code.TEMPLATE_INVALID
