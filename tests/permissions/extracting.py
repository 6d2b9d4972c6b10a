"""What the role of audit_extract is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.cast import new_user
from tests.permissions.logs import leaves_a_log

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

FUNCTION = "AuditExtractFunction"


def what_the_audit_has_of_a_user_is_given(stage: Stage) -> None:
    user = new_user(stage)
    user.sign_in()
    user_id = user.client.me()["user"]["user_id"]

    given = stage.invoke(FUNCTION, {"user_id": user_id})

    assert [each["event"] for each in given["records"]] == ["SIGNED_IN"]


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, FUNCTION, lambda: stage.invoke(FUNCTION, {"user_id": "nobody"}))


CHECKS = (its_log_is_written, what_the_audit_has_of_a_user_is_given)
