"""What a deployment earns by its users' orders, from the environment; nothing by default."""

from __future__ import annotations

import os

from understudy.runtime import environment
from understudy.workflows.requests.agents import BuilderTerms


def builder_terms() -> BuilderTerms:
    """Give the terms of new agents; raises InvalidInputError for an address without a fee."""
    address = os.environ.get("HYPERLIQUID_BUILDER_ADDRESS", "").lower()
    fee = environment.count("HYPERLIQUID_BUILDER_FEE_TENTHS_BPS") if address else 0
    return BuilderTerms(address, fee, os.environ.get("HYPERLIQUID_REFERRAL_CODE", ""))
