"""Symbols in limits are names of markets: a limit on a misspelt one would protect nobody."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from understudy.domain.errors import DependencyError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from understudy.ports.copying import MarketStore

LISTS = ("symbols_allow", "symbols_deny")


class NamesSymbols(Protocol):
    """Limits of a follow, or an agent's bounds."""

    @property
    def symbols_allow(self) -> Collection[str]:
        """The only symbols, if there is one."""
        ...

    @property
    def symbols_deny(self) -> Collection[str]:
        """Symbols left out."""
        ...


def refuse_unknown_symbols(
    store: MarketStore,
    venue: str,
    limits: NamesSymbols,
    before: NamesSymbols | None = None,
    code: str = "INVALID_LIMITS",
) -> None:
    """Check what these limits name, or what they name that those before them did not.

    Raises InvalidInputError with the right spelling, DependencyError before any market is known.
    """
    named = _named(limits) - (set() if before is None else _named(before))
    if not named:
        return
    known = store.markets(venue)
    if not known:
        raise DependencyError("the venue's markets are not known yet: try again in a minute")
    unknown = sorted(named - set(known))
    if unknown:
        lists = [name for name in LISTS if set(unknown) & set(getattr(limits, name))]
        said = f"{', '.join(lists)}: {_explained(unknown, known)}"
        raise InvalidInputError(said, code=code)


def _named(limits: NamesSymbols) -> set[str]:
    return {*limits.symbols_allow, *limits.symbols_deny}


def _explained(unknown: Iterable[str], known: Collection[str]) -> str:
    return "; ".join(_one_explained(symbol, known) for symbol in unknown)


def _one_explained(symbol: str, known: Collection[str]) -> str:
    meant = _meant(symbol, known)
    remedy = f"did you mean {meant!r}?" if meant else "leave it out"
    return f"there is no market {symbol!r}: {remedy}"


def _meant(symbol: str, known: Collection[str]) -> str | None:
    """Find the market that is written so but for its case or its dex, or else the most alike."""
    for spelling in (str.casefold, _without_dex):
        found = [each for each in sorted(known) if spelling(each) == spelling(symbol)]
        if found:
            return found[0]
    alike = get_close_matches(symbol.upper(), sorted(known), n=1)
    return alike[0] if alike else None


def _without_dex(symbol: str) -> str:
    return symbol.rpartition(":")[2].casefold()
