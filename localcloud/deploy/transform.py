"""Turns a SAM template into plain CloudFormation, with AWS's own translator."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, cast

import boto3

from localcloud.deploy.source import Template, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_cloudformation(template: Template, parameters: Mapping[str, str], region: str) -> Template:
    """Expand `template` with `parameters`; nothing is asked of AWS.

    Raises:
        LocalCloudError: TEMPLATE_INVALID with the translator's own words.
    """
    # Imported late: 150 ms that reading this package does not need.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415
    from samtranslator.utils import py27hash_fix as ordered  # noqa: PLC0415

    fragment, values = copy.deepcopy(template), dict(parameters)
    ordered.to_py27_compatible_template(fragment, values)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        expanded = translator.translate(fragment, values)
    except InvalidDocumentException as problem:
        causes = "; ".join(cause.message for cause in problem.causes)
        raise invalid(f"the SAM template is not valid: {causes}") from problem
    plain = cast("Template", ordered.undo_mark_unicode_str_in_template(expanded))
    plain.pop("Transform", None)
    return plain
