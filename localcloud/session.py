"""A boto3 session that reaches the emulator only, whatever the user has configured for AWS."""

from __future__ import annotations

import os
from threading import Lock
from typing import Any

import boto3
import botocore.session
from botocore.loaders import create_loader

REGION = "us-east-1"
ACCESS_KEY = "test"
SECRET_KEY = "test"

_NO_USER_SETTINGS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
# What a client is made from is read from disk and parsed once, not for every session.
_MODELS = create_loader()


def without_user_settings() -> botocore.session.Session:
    """Give a session that has read nothing of the user's, and the services' models once for all."""
    session = botocore.session.Session(_NO_USER_SETTINGS)
    session.register_component("data_loader", _MODELS)
    return session


class LocalSession(boto3.Session):
    """Hands out the emulator's root key: fit for looking and setting up, no proof about IAM."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(
            ACCESS_KEY,
            SECRET_KEY,
            region_name=REGION,
            botocore_session=without_user_settings(),
        )
        self.endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}
        self._making = Lock()

    def client(self, service_name: str, *_: Any, **settings: Any) -> Any:
        """Return the one client of a service, or a new one where settings are given."""
        create: Any = super().client  # the stubs have one overload per service
        if settings:
            return create(service_name, **{"endpoint_url": self.endpoint_url, **settings})
        with self._making:  # threads share a client, yet boto3 lets only one make it
            if service_name not in self._clients:
                self._clients[service_name] = create(service_name, endpoint_url=self.endpoint_url)
            return self._clients[service_name]
