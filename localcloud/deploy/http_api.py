"""Spells out the routes of HTTP APIs, which the emulator does not read from an OpenAPI body."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from localcloud.deploy.source import Template, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_API = "AWS::ApiGatewayV2::Api"
_METHODS = {
    **{name: name.upper() for name in ("get", "put", "post", "patch", "delete", "head", "options")},
    "x-amazon-apigateway-any-method": "ANY",
}
_INTEGRATION = "x-amazon-apigateway-integration"
_AUTHORIZER = "x-amazon-apigateway-authorizer"
_CORS = "x-amazon-apigateway-cors"


def spell_out_routes(template: Template) -> None:
    """Replace every HTTP API's `Body` by integrations, routes and authorizers, in place.

    Raises:
        LocalCloudError: TEMPLATE_INVALID for a body that is no inline OpenAPI document.
    """
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == _API and "Body" in resource["Properties"]:
            template["Resources"].update(_resources(name, resource))


def _resources(api: str, resource: dict[str, Any]) -> dict[str, Any]:
    body = resource["Properties"].pop("Body")
    properties = resource["Properties"]
    properties.setdefault("Name", body.get("info", {}).get("title", api))
    properties.setdefault("ProtocolType", "HTTP")
    if _CORS in body:
        properties["CorsConfiguration"] = _cors(body[_CORS])
    condition = {"Condition": resource["Condition"]} if "Condition" in resource else {}
    made = dict(_authorizers(api, body))
    for path, method, operation in _operations(api, body):
        made.update(_route(api, path, method, operation, made))
    return {name: {**condition, **value} for name, value in made.items()}


def _cors(written: Mapping[str, Any]) -> dict[str, Any]:
    if "Fn::If" not in written:
        return _capitalised(written)
    condition, *branches = written["Fn::If"]
    return {"Fn::If": [condition, *(_capitalised(branch) for branch in branches)]}


def _operations(api: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            if method not in _METHODS or _INTEGRATION not in operation:
                raise invalid(f"{api} {path}: {method} is no plain operation with an integration")
            yield path, _METHODS[method], operation


def _route(
    api: str, path: str, method: str, operation: dict[str, Any], made: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    route_key = path.strip("/") if path.strip("/") == "$default" else f"{method} {path}"
    suffix = hashlib.sha256(route_key.encode()).hexdigest()[:8]
    integration = operation[_INTEGRATION]
    yield (
        f"{api}Integration{suffix}",
        _of(api, "Integration", _integration(integration)),
    )
    target = {"Fn::Sub": f"integrations/${{{api}Integration{suffix}}}"}
    authorization = _authorization(api, operation, made)
    route = {"RouteKey": route_key, "Target": target, **authorization}
    yield f"{api}Route{suffix}", _of(api, "Route", route)


def _integration(integration: Mapping[str, Any]) -> dict[str, Any]:
    optional = {
        "TimeoutInMillis": integration.get("timeoutInMillis"),
        "IntegrationMethod": integration.get("httpMethod"),
    }
    return {
        "IntegrationType": integration["type"].upper(),
        "IntegrationUri": integration["uri"],
        "PayloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
        **{key: value for key, value in optional.items() if value is not None},
    }


def _authorizers(api: str, body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    schemes = body.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if _AUTHORIZER in scheme:
            properties = {"Name": name, **_authorizer(scheme[_AUTHORIZER])}
            yield _authorizer_name(api, name), _of(api, "Authorizer", properties)


def _authorizer(authorizer: Mapping[str, Any]) -> dict[str, Any]:
    fields = _capitalised({key: authorizer[key] for key in authorizer if key != "type"})
    source = fields.get("IdentitySource", "$request.header.Authorization")
    fields["IdentitySource"] = source if isinstance(source, list) else source.split(",")
    if "JwtConfiguration" in fields:
        fields["JwtConfiguration"] = _capitalised(fields["JwtConfiguration"])
    return {"AuthorizerType": authorizer["type"].upper(), **fields}


def _authorization(
    api: str, operation: Mapping[str, Any], made: Mapping[str, Any]
) -> dict[str, Any]:
    for requirement in operation.get("security", []):
        for scheme, scopes in requirement.items():
            name = _authorizer_name(api, scheme)
            if name not in made:
                continue
            kind = made[name]["Properties"]["AuthorizerType"]
            authorization = {"AuthorizationType": "CUSTOM" if kind == "REQUEST" else kind}
            scoped = {"AuthorizationScopes": scopes} if scopes else {}
            return {**authorization, "AuthorizerId": {"Ref": name}, **scoped}
    return {}


def _authorizer_name(api: str, scheme: str) -> str:
    return f"{api}Authorizer{''.join(filter(str.isalnum, scheme))}"


def _of(api: str, kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Type": f"AWS::ApiGatewayV2::{kind}",
        "Properties": {"ApiId": {"Ref": api}, **properties},
    }


def _capitalised(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key[0].upper() + key[1:]: value for key, value in fields.items()}
