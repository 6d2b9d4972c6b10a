"""A route as a value: what it takes, who may call it, what it does. Nothing here knows Lambda."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from understudy.ports.identity import AccessClaims
from understudy.runtime.api_services import ApiServices

if TYPE_CHECKING:
    from understudy.domain.ids import UserId


T = TypeVar("T")
Items: TypeAlias = dict[Literal["items"], Sequence[T]]  # a list that has one page


class Access(StrEnum):
    """Who may call a route."""

    OPEN = "open"  # everybody
    USER = "user"  # the bearer of an access token; a session ended seconds ago may still read
    MONEY = "money"  # the same, and the session must not have been ended since
    OPERATOR = "operator"  # the same, and the bearer is an operator


class Request(BaseModel):
    """The base of every request: what is not named is refused."""

    # A schema is built when its model is first used, which spares a cold start the other ones.
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: `body` and `query` are of the models that the route names.

    `at_ms` is when it was let in, which is when its caller's decision counts; 0 on open routes.
    """

    provide: Callable[[], ApiServices]
    claims: AccessClaims | None
    path: Mapping[str, str]
    body: Any
    query: Any
    at_ms: int = 0

    @property
    def services(self) -> ApiServices:
        """Give the workflows; they are put together when a route first needs them."""
        return self.provide()

    @property
    def bearer(self) -> AccessClaims:
        """Give what the caller's access token says; only for routes that are not open."""
        if self.claims is None:
            raise AssertionError("an open route has no caller")
        return self.claims

    @property
    def user_id(self) -> UserId:
        """Give the caller; only for routes that are not open."""
        return self.bearer.app_user_id


Handle: TypeAlias = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path; `{name}` in the path is a parameter.

    `handle` gives a dataclass, a mapping, or a `Page` to show, and says which by its return type:
    the document tells it. A route that is not `counted` must cost nothing. A route that lets in
    names by `aim` whose door a body is proven to try; '' for nobody's. One that `begins` something
    is for who has accepted the terms and is not being deleted. One that `stops` or ends something
    is counted apart: whoever uses up a user's calls keeps nobody from it. A `fresh` one decides
    whose the account is: it asks for a sign-in of the last ten minutes, for tokens are stolen.
    """

    method: str
    path: str
    summary: str
    handle: Handle
    access: Access = Access.MONEY
    body: type[Request] | None = None
    query: type[Request] | None = None
    status: int = 200
    counted: bool = True
    begins: bool = False
    stops: bool = False
    fresh: bool = False
    aim: Callable[[ApiServices, Any], str] | None = None

    @property
    def key(self) -> str:
        """Name the route as an HTTP API does."""
        return f"{self.method} {self.path}"
