"""An OpenAPI body becomes the routes that it stands for."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.deploy.http_api import spell_out_routes
from localcloud.errors import LocalCloudError

JWT = {"type": "jwt", "jwtConfiguration": {"issuer": "https://issuer", "audience": ["us"]}}
REQUEST = {
    "type": "request",
    "authorizerUri": "arn:uri",
    "authorizerPayloadFormatVersion": "2.0",
    "identitySource": "$request.header.Authorization,$request.querystring.token",
    "enableSimpleResponses": True,
}


def api(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"info": {"title": "The API"}, "paths": paths, **more}
    return {"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}}}


def operation(**more: Any) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:function"}
    return {"x-amazon-apigateway-integration": integration, **more}


def spelled_out(template: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    spell_out_routes(template)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for resource in template["Resources"].values():
        kinds.setdefault(resource["Type"].rpartition(":")[2], []).append(resource["Properties"])
    return kinds


def secured(authorizer: dict[str, Any], scopes: list[str]) -> dict[str, list[dict[str, Any]]]:
    schemes = {"My-Auth": {"x-amazon-apigateway-authorizer": authorizer}}
    paths = {"/a": {"get": operation(security=[{"My-Auth": scopes}])}}
    return spelled_out(api(paths, components={"securitySchemes": schemes}))


def test_each_operation_gets_a_route_and_an_integration() -> None:
    made = spelled_out(
        api(
            {
                "/a/{id}": {"get": operation(), "x-amazon-apigateway-any-method": operation()},
                "/$default": {"x-amazon-apigateway-any-method": operation()},
            }
        )
    )

    assert [route["RouteKey"] for route in made["Route"]] == [
        "GET /a/{id}",
        "ANY /a/{id}",
        "$default",
    ]
    assert len(made["Integration"]) == 3
    assert made["Integration"][0]["IntegrationUri"] == "arn:function"


def test_the_api_keeps_its_title_and_loses_its_body() -> None:
    [properties] = spelled_out(api({}))["Api"]

    assert properties == {"Name": "The API", "ProtocolType": "HTTP"}


def test_a_jwt_authorizer_keeps_its_issuer_and_the_routes_scopes() -> None:
    made = secured(JWT, ["read"])

    [authorizer], [route] = made["Authorizer"], made["Route"]
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://issuer", "Audience": ["us"]}
    assert route["AuthorizationType"] == "JWT"
    assert route["AuthorizationScopes"] == ["read"]
    assert route["AuthorizerId"] == {"Ref": "ApiAuthorizerMyAuth"}


def test_a_function_authorizer_is_a_custom_one_with_each_identity_source() -> None:
    made = secured(REQUEST, [])

    [authorizer], [route] = made["Authorizer"], made["Route"]
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert len(authorizer["IdentitySource"]) == 2
    assert route["AuthorizationType"] == "CUSTOM"


def test_a_route_without_a_known_scheme_is_open() -> None:
    made = spelled_out(api({"/a": {"get": operation(security=[{"NONE": []}])}}))

    assert "AuthorizationType" not in made["Route"][0]


def test_cross_origin_rules_become_the_apis_own() -> None:
    made = spelled_out(api({}, **{"x-amazon-apigateway-cors": {"allowOrigins": ["https://us"]}}))

    assert made["Api"][0]["CorsConfiguration"] == {"AllowOrigins": ["https://us"]}


def test_what_is_no_plain_operation_is_refused() -> None:
    with pytest.raises(LocalCloudError, match="/a: Fn::If"):
        spell_out_routes(api({"/a": {"Fn::If": ["Yes", {}, {}]}}))
