"""What followers do while their copies run, through the production requests, again until it works.

Each deed is an episode of one wallet, from its first request to the last that sets things right:
so that a run ends with every follow as its user wants it.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from tests.simulation.asking import failing_api
from tests.simulation.deeds import AGAIN_MS, LASTS_MS, TRIES, Deed, Doer
from tests.simulation.delegation import wallet_key
from tests.simulation.switching import STOPS, Switching
from tests.simulation.world import World
from understudy.domain.agents import AgentScope, AgentStatus, next_name
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.ids import WalletId
from understudy.domain.limit_choices import own_choices
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch
from understudy.workflows.requests.wanted import WantedFollow

if TYPE_CHECKING:
    from understudy.domain.agents import Agent

LOT = Decimal("0.001")
SOON_MS = (0, 3, 10, 30, 100, 300, 1_000, 3_000)
HELD_MS = (*LASTS_MS, 300_000)
CHANGES: tuple[dict[str, object], ...] = (
    {"copy_budget_usdc": "1000"},
    {"copy_budget_usdc": "100000"},
    {"max_open_positions": 1},
    {"max_open_positions": 4},
    {"slippage_bps": 100},
    {"max_order_usdc": "300"},
    {"mode": "throttled"},
    {"mode": "realtime"},
    {"sizing": {"kind": "ratio", "percent": "30"}},
    {"sizing": {"kind": "proportional"}},
    {"symbols_deny": ["SOL"]},
    {"symbols_deny": None},
    {"reverse": True},
    {"reverse": None},
)


class Users(Doer):
    """Everybody's deeds; `is_busy` until the last episode is over."""

    def __init__(self, world: World) -> None:
        super().__init__(world, failing_api(world))
        self._busy: set[WalletId] = set()
        self._switching = Switching(world, self._api)
        often = (self._pause, self._delete) * 3 + self._switching.for_all * 2
        self._deeds: tuple[Deed, ...] = (
            *often,
            self._trade_by_hand,
            self._trade_by_hand,
            self._change_limits,
            self._revoke,
            self._revoke_at_venue,
            *self._switching.for_one,
        )

    @property
    def is_busy(self) -> bool:
        """Say whether an episode is under way."""
        return bool(self._busy)

    def look_after(self) -> None:
        """Have whoever finds something as they did not leave it set it right.

        That is a follow paused for its agent, or copying disabled by what landed late.
        """
        for follow in list(self._world.table.follows.values()):
            if follow.wallet_id in self._busy:
                continue
            if self._world.switches.is_on(Switch.COPY_DISABLED, follow.user_id):
                self._begin(follow, self._switching.enable)
            elif follow.pause_reason is PauseReason.AGENT_REVOKED:
                self._begin(follow, self._go_on)

    def do_something(self) -> None:
        """Let one user do one thing in a moment, unless that user is busy."""
        follows = [each for each in self._world.table.follows.values() if self._is_free(each)]
        if not follows:
            return
        follow, deed = self._one_of(follows), self._one_of(self._deeds)
        self._begin(follow, deed)

    def _begin(self, follow: Follow, deed: Deed) -> None:
        self._busy.add(follow.wallet_id)
        self._world.loop.spawn(lambda: self._episode(follow, deed), self._one_of(SOON_MS))

    def _is_free(self, follow: Follow) -> bool:
        return follow.status is FollowStatus.ACTIVE and follow.wallet_id not in self._busy

    def _episode(self, follow: Follow, deed: Deed) -> None:
        try:
            deed(follow)
        finally:
            self._busy.discard(follow.wallet_id)

    def _pause(self, follow: Follow) -> None:
        """Pause for a while, with whatever is held treated in one of the three ways."""
        stop = self._one_of(STOPS)
        self._set(follow, {"on_stop": stop.value})
        self._note(f"follow_paused_{stop.value}")
        self._insist(
            lambda: self._api.lifecycle.pause(follow.user_id, follow.follow_id, PauseReason.USER),
            until=lambda: self._status(follow) is not FollowStatus.ACTIVE,
        )
        self._wait()
        self._start(follow)

    def _change_limits(self, follow: Follow) -> None:
        """Change a limit, now and then to what does not fit and is refused."""
        self._note("limits_changed")
        self._set(follow, self._one_of(CHANGES))

    def _delete(self, follow: Follow) -> None:
        """End a follow; once it is over, follow the same leader with the same wallet anew."""
        stop = self._one_of(STOPS)
        self._set(follow, {"on_stop": stop.value})
        self._note(f"follow_deleted_{stop.value}")
        self._world.leaves(follow)
        self._leave(follow)
        for _ in range(TRIES):
            if self._status(follow) is FollowStatus.DELETED:
                self._follow_anew(follow)
                return
            self._world.loop.sleep(AGAIN_MS)

    def _leave(self, follow: Follow) -> None:
        """Ask for the end of a follow, until it is told of once."""
        delete = self._api.lifecycle.delete
        self._insist_until_told(
            lambda: delete(follow.user_id, follow.follow_id),
            or_if=lambda: self._status(follow) is FollowStatus.DELETED,
        )

    def _follow_anew(self, follow: Follow) -> None:
        if self._world.mix.sells_kept:
            self._sell_kept(follow)
        self._note("follow_created_again")
        limits = own_choices(self._world.table.follows[follow.follow_id])
        wanted = WantedFollow(HYPERLIQUID, follow.leader, follow.wallet_id, limits)
        followed = self._world.table.wallet_follows[follow.wallet_id]
        place = (follow.venue, follow.leader)
        self._insist(
            lambda: self._api.follows.create(follow.user_id, wanted),
            until=lambda: place in followed,
        )
        if place in followed:
            self._start(self._world.table.follows[followed[place]])

    def _sell_kept(self, follow: Follow) -> None:
        """Sell by hand what a follow left: nothing is entered beside it."""
        account = self._world.venue.books.account(follow.wallet_address)
        for symbol, ledger in self._world.table.ledgers[follow.follow_id].items():
            live = account.held(symbol)
            if ledger.held * live > 0:
                self._by_hand(follow, symbol, -min(ledger.held, live, key=abs))

    def _start(self, follow: Follow) -> None:
        """Ask for the start of a follow, until it is told of once."""
        self._note("follow_started")
        start = self._api.lifecycle.start
        self._insist_until_told(lambda: start(follow.user_id, follow.follow_id))

    def _revoke(self, follow: Follow) -> None:
        """Revoke the agent, often at the venue as well; later delegate anew and go on."""
        self._note("agent_revoked")
        self._withdraw(follow)
        self._wait()
        self._delegate_anew(follow)

    def _revoke_at_venue(self, follow: Follow) -> None:
        """Take the approval back at the venue itself: the first order to come finds it out."""
        self._note("agent_revoked_at_venue")
        self._world.approvals.forget(follow.wallet_address, self._agent(follow).name)
        self._wait()
        self._withdraw(follow)
        self._delegate_anew(follow)

    def _go_on(self, follow: Follow) -> None:
        self._withdraw(follow)
        self._delegate_anew(follow)

    def _withdraw(self, follow: Follow) -> None:
        user, agent = follow.user_id, self._agent(follow)

        def ask() -> None:
            told = self._api.agents.revoke(user, agent.agent_id)
            if self._random.random() < 0.7 and told.to_sign:  # none once it is known to be done
                signed = wallet_key(follow.wallet_id.removeprefix("wallet-")).sign_action(
                    told.to_sign[0].action
                )
                self._api.agents.confirm(user, agent.agent_id, [signed])

        self._insist(ask, until=lambda: self._is_withdrawn(follow, agent))

    def _is_withdrawn(self, follow: Follow, agent: Agent) -> bool:
        """Say whether the agent is revoked and none of its follows goes on."""
        stored = self._world.identity.agents_by_id[agent.agent_id]
        mine = self._of_wallet(follow)
        return stored.status is AgentStatus.REVOKED and not any(
            each.agent_id == agent.agent_id and each.status is FollowStatus.ACTIVE for each in mine
        )

    def _delegate_anew(self, follow: Follow) -> None:
        """Enable and confirm another agent, then start every follow of the wallet again."""
        key = wallet_key(follow.wallet_id.removeprefix("wallet-"))
        user = follow.user_id

        def ask() -> None:
            agent = self._agent(follow)
            if agent.status is AgentStatus.REVOKED:
                taken = {each.name for each in self._world.identity.agents(user)}
                name = next_name(agent.name, taken)
                agent = self._api.agents.enable(
                    user, HYPERLIQUID, name, AgentScope.TRADE_ONLY, follow.wallet_id
                ).agent
            requests = self._api.agents.approvals.requests(agent)
            signed = [key.sign_action(each.action) for each in requests]
            self._api.agents.confirm(user, agent.agent_id, signed)

        self._insist(ask, until=lambda: self._agent(follow).status is AgentStatus.ACTIVE)
        for each in self._of_wallet(follow):
            if each.status is FollowStatus.PAUSED:
                self._start(each)
            elif each.status is FollowStatus.DELETING:
                self._leave(each)

    def _trade_by_hand(self, follow: Follow) -> None:
        """Trade a symbol beside the copies: more, less, or all of what the account holds."""
        symbol = self._one_of(tuple(self._world.venue.books.prices))
        held = self._world.venue.books.account(follow.wallet_address).held(symbol)
        drawn, some = self._random.random(), Decimal(1 + int(self._random.random() * 9)) / 10
        moved = -held if drawn < 0.3 else held * some if drawn < 0.5 else -held * some
        if not held or drawn > 0.8:
            moved = some if drawn < 0.9 else -some
        moved = moved.quantize(LOT, ROUND_UP)
        self._by_hand(follow, symbol, moved)
        if moved != -held:
            self._wait(HELD_MS)
            self._by_hand(follow, symbol, -moved)

    def _by_hand(self, follow: Follow, symbol: str, moved: Decimal) -> None:
        self._note("manual_trade")
        self._world.trade_by_hand(follow.wallet_address, symbol, moved)

    def _agent(self, follow: Follow) -> Agent:
        agents = self._world.identity.agents(follow.user_id)
        return [each for each in agents if each.wallet_id == follow.wallet_id][-1]

    def _of_wallet(self, follow: Follow) -> list[Follow]:
        followed = self._world.table.wallet_follows[follow.wallet_id].values()
        return [self._world.table.follows[each] for each in followed]

    def _status(self, follow: Follow) -> FollowStatus:
        return self._world.table.follows[follow.follow_id].status
