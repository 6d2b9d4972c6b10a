"""Clients of the cloud: one session, short timeouts, no hidden retries; AWS_ENDPOINT_URL counts.

Retries are `attempts`' business, so that every call has one policy and one bound.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config
from botocore.handlers import add_retry_headers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_kms.client import KMSClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_sqs.client import SQSClient

# What the client is told about its services' models beside its own, by its loader's rules.
MODELS = Path(__file__).parent / "models"
_SERVICE_SECONDS = 1  # an answer that takes longer is lost: asking again is faster than waiting
_FUNCTION_SECONDS = 3  # room for a cold start, and for what the function asks of the services
_PERSON_SECONDS = 10  # all that a function may take: a person rather waits than asks again
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=_SERVICE_SECONDS,
    retries={"total_max_attempts": 1, "mode": "standard"},
    tcp_keepalive=True,
    max_pool_connections=16,
    parameter_validation=False,
    # The usual name of a client is put together anew for every call, at a tenth of its cost.
    user_agent="understudy",
)


def dynamodb() -> DynamoDBClient:
    """Give the client of the tables."""
    return cast("DynamoDBClient", _client("dynamodb"))


def sqs() -> SQSClient:
    """Give the client of the queues."""
    return cast("SQSClient", _client("sqs"))


def eventbridge() -> EventBridgeClient:
    """Give the client of the bus."""
    return cast("EventBridgeClient", _client("events"))


def functions() -> LambdaClient:
    """Give the client that invokes functions."""
    return cast("LambdaClient", _client("lambda", _FUNCTION_SECONDS))


def functions_for_people() -> LambdaClient:
    """Give the client that invokes functions while somebody waits for the answer."""
    return cast("LambdaClient", _client("lambda", _PERSON_SECONDS))


def kms() -> KMSClient:
    """Give the client of keys; those of agents open for the roles of custody functions only."""
    return cast("KMSClient", _client("kms"))


def secrets() -> Any:
    """Give the client of the secrets store."""
    return _client("secretsmanager")


def objects() -> Any:
    """Give the client of buckets."""
    return _client("s3")


@cache
def _client(service: str, read_timeout: int = _SERVICE_SECONDS) -> Any:
    return _session().create_client(
        service, config=_CONFIG.merge(Config(read_timeout=read_timeout))
    )


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.get_component("data_loader").search_paths.append(str(MODELS))
    # They count the client's own repetitions, of which there are none; each header is signed, too.
    session.unregister("request-created", cast("Any", add_retry_headers))
    return session
