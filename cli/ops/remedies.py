"""What an operator does next about an error, by its code, in the words of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from cli.errors import CommandError

USER_SHOWN = "`understudy ops user 0xADDRESS`"
SWITCHES_SHOWN = "`understudy ops switches`"
AGAIN = "run the command again: everything that operators do can be repeated"

WORDS: Mapping[str, str] = {
    "AGENT_NOT_FOUND": "this user has no agent with this id",
    "FOLLOW_NOT_FOUND": "there is no follow with this id",
    "FOLLOW_CHANGED": "the follow was changed meanwhile",
}
"""Where the API's words are meant for a user or for a program."""

REMEDIES: Mapping[str, str] = {
    "ACCOUNT_CLOSING": "nothing is to be done: this user is deleting the account",
    "AGENT_NOT_ACTIVE": f"see the agent's status with {USER_SHOWN}: an ended one needs a new agent,"
    " and one with a successor is rotated already",
    "AGENT_NOT_FOUND": f"name USER and AGENT_ID as {USER_SHOWN} lists them",
    "AUTHORITY_NOT_HERE": "deploy with the AgentAuthority that this key belongs to",
    "CHAIN_NOT_CONFIGURED": "say --import FILE or --dry-run: this version reaches no chain yet;"
    " beside `make up` there is a stand-in",
    "CHAIN_REFUSED": "see on the chain who owns the wallet and what it holds, then run it again",
    "CONFLICT": AGAIN,
    "DEPENDENCY_UNAVAILABLE": AGAIN,
    "FOLLOW_CHANGED": f"see how it stands with {USER_SHOWN}, then decide again",
    "FOLLOW_DELETING": "nothing is to be done: it enters nothing, and goes once it is flat",
    "FOLLOW_NOT_ACTIVE": "nothing is to be done: it enters nothing before its owner starts it",
    "FOLLOW_NOT_FOUND": f"name the FOLLOW_ID as {USER_SHOWN} lists it",
    "FOLLOW_NOT_HELD": "nothing is to be released: its owner can start it",
    "INVALID_SUBJECT": "nothing was changed: kill global takes no SUBJECT; kill venue: hyperliquid;"
    " kill user and flag: a user's id or 0xADDRESS; blacklist: 0x and 40 hex digits",
    "KEY_UNUSABLE": "enable a new agent for this wallet",
    "LEGACY_KEY_NEEDED": "move what lies at the old wallet, or at its owner's own address, then"
    " run it again",
    "MALFORMED": "run the command of the version that is deployed: the signer knows nothing of it",
    "NEWER_DECISION": f"see who turned it on, when and why with {SWITCHES_SHOWN}; then run the"
    " command again",
    "RECORD_TOO_LARGE": "say it in fewer words",
    "REQUEST_BUDGET_USED_UP": "run the command again in a minute",
    "SESSION_NOT_FOUND": f"name the SESSION_ID as {USER_SHOWN} lists it",
    "SIGNING_REFUSED": f"see the agent with {USER_SHOWN}; the signer's log has its reason",
    "SIGNING_UNAVAILABLE": "what else the command does is done; run it again until the signer"
    " answers, and see the runbook's SignerErrorsAlarm",
    "STREAM_RECORDS_GONE": "drop the letter: the stream keeps its records for a day",
    "SYSTEM_MISCONFIGURED": "put the setting right that this or the function's log names,"
    " and deploy again",
    "USER_NOT_FOUND": "name the id or 0xADDRESS of a wallet that has signed in",
    "VENUE_UNREACHABLE": "run the command again once the venue answers",
}
"""One for each code that something which operators ask for can end with."""

UNKNOWN = "run the command again; where it says the same, the functions' logs tell the reason"


def remedied(code: str, message: str) -> CommandError:
    """Make an error of the command of a refusal."""
    return CommandError(code, WORDS.get(code, message), REMEDIES.get(code, UNKNOWN))
