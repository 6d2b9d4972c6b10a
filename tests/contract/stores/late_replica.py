"""A table whose copies are late: who does not ask for what is there now finds nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LateReplica:
    """A client that reads these tables as they once were, empty, unless consistently asked.

    An index is not late here: nobody can ask one for what is there now.
    """

    def __init__(self, client: Any, *tables: str) -> None:
        self._client = client
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **request: Any) -> Any:
        return {} if self._is_late(request) else self._client.get_item(**request)

    def query(self, **request: Any) -> Any:
        return {"Items": []} if self._is_late(request) else self._client.query(**request)

    def scan(self, **request: Any) -> Any:
        return {"Items": []} if self._is_late(request) else self._client.scan(**request)

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Any:  # noqa: N803  # as the client names it
        named = {name: {"TableName": name, **each} for name, each in RequestItems.items()}
        late = [name for name, each in named.items() if self._is_late(each)]
        asked = {name: each for name, each in RequestItems.items() if name not in late}
        answer: Any = {"Responses": {}, "UnprocessedKeys": {}}
        if asked:
            answer = self._client.batch_get_item(RequestItems=asked)
        return {**answer, "Responses": {**answer["Responses"], **{name: [] for name in late}}}

    def _is_late(self, request: Mapping[str, Any]) -> bool:
        is_consistent = request.get("ConsistentRead") or "IndexName" in request
        return request["TableName"] in self._tables and not is_consistent
