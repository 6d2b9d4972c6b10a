"""Signs what policy allows, one content per intent; writes down what it was asked and did."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from custody import audit
from custody.hyperliquid import Draft, Terms, agreed_terms, draft, signed
from custody.judgement import Circumstances, utc_day
from custody.keys import KeyUnusableError
from custody.policy import Request, content_refusal, exposure, has_expired, standing_refusal
from custody.refusals import Refusal
from custody.store import Approval, Recorded, SigningStore
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import (
    ConfigurationError,
    DependencyError,
    InvalidInputError,
    NotAllowedError,
    SigningUnavailableError,
)
from understudy.domain.intents import (
    Intent,
    IntentKind,
    Signed,
    SigningAnswer,
    SigningRefused,
    SigningUnavailable,
)
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Executor

    from custody.authorities import Authorities, DigestSigner
    from custody.standing import Tell
    from understudy.ports.clock import Clock

MAX_BATCH = 16  # as many as one batch of reads can serve


class Verdict(NamedTuple):
    """What came of an intent so far, and the audit entries that are still to be written.

    A DependencyError or a ConfigurationError is what kept it from being answered.
    """

    intent: Intent
    outcome: Draft | Signed | Refusal | DependencyError | ConfigurationError
    notes: tuple[AuditEntry, ...] = ()


class IntentSigner:
    """Signs batches of intents: lanes (one per agent) side by side, a lane's intents in order.

    `tell` gets the name of an authority that is set up wrongly, and what is wrong.
    """

    def __init__(
        self,
        store: SigningStore,
        authorities: Authorities,
        clock: Clock,
        terms: Terms,
        tell: Tell,
        lanes: Executor | None = None,
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._clock = clock
        self._terms = terms
        self._lanes = lanes
        self._tell = tell

    def sign(self, intents: Sequence[Intent]) -> list[SigningAnswer]:
        """Sign each intent or refuse it, in order; a wrapped key gives an intent the same bytes.

        A lane whose authority is away or set up wrongly is unavailable by itself, the others are
        answered. Raises InvalidInputError for more than 16 intents, and SigningUnavailableError (or
        ConfigurationError) when the store is away, takes not every result, or nobody has an answer:
        nothing is given out then. What was unavailable may be sent again.
        """
        if len(intents) > MAX_BATCH:
            raise InvalidInputError(f"a batch has at most {MAX_BATCH} intents: split it")
        try:
            verdicts = self._verdicts(intents)
            _require_any(verdicts)
        except DependencyError as error:
            raise SigningUnavailableError("the signer's store or authority is away") from error
        return [_answer(verdict) for verdict in verdicts]

    def _verdicts(self, intents: Sequence[Intent]) -> list[Verdict]:
        around = self._read(intents)
        lanes: dict[str, list[int]] = {}
        for place, intent in enumerate(intents):
            lanes.setdefault(intent.agent_id, []).append(place)
        batches = [[intents[place] for place in places] for places in lanes.values()]
        verdicts: dict[int, Verdict] = {}
        for places, lane in zip(lanes.values(), self._side_by_side(batches, around), strict=True):
            verdicts.update(zip(places, lane, strict=True))
        ordered = [verdicts[place] for place in range(len(intents))]
        self._write_down(ordered)
        return ordered

    def _read(self, intents: Sequence[Intent]) -> Circumstances:
        now_ms = self._clock.now_ms()
        day = utc_day(now_ms)
        return Circumstances(self._store.read(intents, day), now_ms, day)

    def _side_by_side(
        self, batches: list[list[Intent]], around: Circumstances
    ) -> Iterable[list[Verdict]]:
        if self._lanes is None or len(batches) == 1:
            return [self._sign_lane(batch, around) for batch in batches]
        return self._lanes.map(lambda batch: self._sign_lane(batch, around), batches)

    def _sign_lane(self, intents: list[Intent], around: Circumstances) -> list[Verdict]:
        judged = self._judged(intents, around)
        drafts = [verdict for verdict in judged if isinstance(verdict.outcome, Draft)]
        if not drafts:
            return judged
        agent = around.readings.agents[drafts[0].intent.agent_id]
        try:
            with self._authorities.of(agent.authority).opened(agent) as key:
                return [self._finish(verdict, key) for verdict in judged]
        except (KeyUnusableError, NotAllowedError):
            return [self._without_key(verdict) for verdict in judged]
        except DependencyError as error:
            return [self._unanswered(verdict, error) for verdict in judged]
        except ConfigurationError as error:
            self._tell(agent.authority, error)
            return [self._unanswered(verdict, error) for verdict in judged]

    def _judged(self, intents: list[Intent], around: Circumstances) -> list[Verdict]:
        """Judge a lane's intents; once the store is away it is not waited for again."""
        judged: list[Verdict] = []
        for place, intent in enumerate(intents):
            try:
                judged.append(self._judge(intent, around))
            except DependencyError as error:
                return judged + [self._away(each, error) for each in intents[place:]]
        return judged

    def _judge(self, intent: Intent, around: Circumstances) -> Verdict:
        request = around.request(intent)
        reason = standing_refusal(request)
        if reason is not None:
            return _refused(intent, reason, around.now_ms)
        agent = around.readings.agents[intent.agent_id]
        try:
            drafted = draft(intent, agreed_terms(self._terms, agent))
        except InvalidInputError:
            return _refused(intent, Refusal.MALFORMED, around.now_ms)
        known = around.readings.contents.get(intent.intent_id)
        if known is not None:
            recorded = Recorded.REPEATED if known == drafted.content else Recorded.CHANGED
            return _verdict_on(drafted, recorded, around.now_ms)
        reason = content_refusal(request)
        if reason is not None:
            return _refused(intent, reason, around.now_ms)
        return self._record(request, drafted, around)

    def _record(self, request: Request, drafted: Draft, around: Circumstances) -> Verdict:
        agent = around.readings.agents[drafted.intent.agent_id]
        bounds, notional = around.readings.bounds[agent.agent_id], exposure(request)
        is_counted = drafted.intent.kind is IntentKind.ENTRY
        approval = Approval(
            intent_id=drafted.intent.intent_id,
            content=drafted.content,
            agent_id=agent.agent_id,
            wallet_mark=agent.wallet_mark,
            day=around.day,
            at_ms=around.now_ms,
            audit=audit.approved(drafted, around.now_ms),
            notional=notional,
            room=bounds.policy.max_daily_notional - notional if is_counted else ZERO,
        )
        return _verdict_on(drafted, self._store.record(approval), around.now_ms)

    def _finish(self, verdict: Verdict, key: DigestSigner) -> Verdict:
        if not isinstance(verdict.outcome, Draft):
            return verdict
        now_ms = self._clock.now_ms()  # reading, recording and opening took their time
        if has_expired(verdict.intent, now_ms):
            return _refused(verdict.intent, Refusal.EXPIRED, now_ms)
        signature = key.signature_of(verdict.outcome.digest)
        result = audit.signed(verdict.outcome, signature, self._clock.now_ms())
        answer = signed(verdict.outcome, signature)
        return Verdict(verdict.intent, answer, (*verdict.notes, result))

    def _without_key(self, verdict: Verdict) -> Verdict:
        if not isinstance(verdict.outcome, Draft):
            return verdict
        return _refused(verdict.intent, Refusal.KEY_UNUSABLE, self._clock.now_ms())

    def _unanswered(self, verdict: Verdict, error: DependencyError | ConfigurationError) -> Verdict:
        if not isinstance(verdict.outcome, Draft):
            return verdict
        return self._away(verdict.intent, error)

    def _away(self, intent: Intent, error: DependencyError | ConfigurationError) -> Verdict:
        return Verdict(intent, error, (audit.unavailable(intent, self._clock.now_ms()),))

    def _write_down(self, verdicts: Iterable[Verdict]) -> None:
        """Write every entry of a call at once; nothing is given out before."""
        notes = [note for verdict in verdicts for note in verdict.notes]
        if notes:
            self._store.audit(notes)


def _verdict_on(drafted: Draft, recorded: Recorded, now_ms: int) -> Verdict:
    if recorded is Recorded.NEW:
        return Verdict(drafted.intent, drafted)
    if recorded is Recorded.REPEATED:
        return Verdict(drafted.intent, drafted, (audit.repeated(drafted, now_ms),))
    is_changed = recorded is Recorded.CHANGED
    reason = Refusal.INTENT_CONTENT_CHANGED if is_changed else Refusal.DAILY_NOTIONAL_EXCEEDED
    return _refused(drafted.intent, reason, now_ms)


def _refused(intent: Intent, reason: Refusal, now_ms: int) -> Verdict:
    return Verdict(intent, reason, (audit.refused(intent, reason, now_ms),))


def _require_any(verdicts: Sequence[Verdict]) -> None:
    """Raise what kept all of them from being answered, so that a function without any fails."""
    outcomes = [each.outcome for each in verdicts]
    failures = [each for each in outcomes if isinstance(each, DependencyError | ConfigurationError)]
    if failures and len(failures) == len(verdicts):
        raise failures[0]


def _answer(verdict: Verdict) -> SigningAnswer:
    intent_id, outcome = verdict.intent.intent_id, verdict.outcome
    if isinstance(outcome, Signed):
        return outcome
    if isinstance(outcome, DependencyError | ConfigurationError):  # receipts show these words
        return SigningUnavailable(intent_id, "what signs for this agent is away")
    return SigningRefused(intent_id, str(outcome))
