"""A request on its way in: who calls and how often; decided before its body is even read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.domain.errors import ForbiddenError, NotAllowedError, TooManyCallsError
from understudy.runtime.observability import logger

from .callers import address_of, caller_of
from .routing import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from understudy.domain.identity import User
    from understudy.domain.token_bucket import Admission
    from understudy.ports.identity import AccessClaims
    from understudy.runtime.api_services import ApiServices

    from .routing import Route


class Visit:
    """One request at the door; `admissions` is what was counted for it, for its answer's headers.

    `at_ms` is when a caller came with a token, before anything slow was done; 0 for strangers.
    Raises TooManyCallsError wherever a bucket is empty.
    """

    def __init__(
        self, route: Route, event: Mapping[str, Any], services: Callable[[], ApiServices]
    ) -> None:
        self.route = route
        self.admissions: list[Admission] = []
        self.at_ms = 0
        self._event = event
        self._services = services

    def enter(self) -> AccessClaims | None:
        """Count the request and give who calls; None where everybody may. Raises NotAllowedError.

        Whoever does not prove who they are is counted as a stranger, and so is the bearer of a
        token whose session has ended: neither uses up anything of a user's.
        """
        if self.route.access is not Access.OPEN:
            return self._caller()
        if self.route.counted:
            self._count_stranger()
        return None

    def aim(self, body: Any) -> None:
        """Count what an attempt to get in is aimed at, wherever it comes from.

        Raises NotAllowedError for who shows nothing that was ever made here.
        """
        if self.route.aim is None:
            return
        services = self._services()
        target = self.route.aim(services, body)
        if target:
            self._count(services.door.target(target))

    def _caller(self) -> AccessClaims:
        services = self._services()
        self.at_ms = services.clock.now_ms()
        try:
            claims = caller_of(self._event, services.sessions)
            user = self._living(services, claims)
        except (NotAllowedError, ForbiddenError):
            self._count_stranger()
            raise
        self._count_caller(services, claims)
        if self.route.access is Access.OPERATOR:
            self._require_operator(services, claims)
        if self.route.begins:
            services.terms.require_beginner(user)
        if self.route.fresh:
            services.sessions.require_fresh(claims)
        return claims

    def _living(self, services: ApiServices, claims: AccessClaims) -> User:
        if self.route.access is Access.USER:
            return services.sessions.require_lately_live(claims)
        return services.sessions.require_live(claims)

    def _count_caller(self, services: ApiServices, claims: AccessClaims) -> None:
        if self.route.stops:
            self._count(services.door.stop(claims.session_id))
        else:
            self._count(services.door.caller(claims.app_user_id))

    def _require_operator(self, services: ApiServices, claims: AccessClaims) -> None:
        try:
            services.operators.require(claims.wallet_address)
        except ForbiddenError:
            services.operator_record.note_refusal(claims, self.route.key)
            raise

    def _count_stranger(self) -> None:
        door, address = self._services().door, address_of(self._event)
        self._count(door.attempt(address) if self.route.aim else door.network(address))

    def _count(self, admission: Admission) -> None:
        self.admissions.append(admission)
        if admission.alone:
            logger("api").warning("calls are counted alone", route=self.route.key)
        if not admission.is_admitted:
            raise TooManyCallsError(admission.again_in_seconds)
