"""A chain with contract wallets, in memory: JSON-RPC whose calls another library decodes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode, encode

from tests.fakes.identity import CHAIN_ID
from understudy.adapters.identity.contract_calls import MULTICALL
from understudy.adapters.identity.ethereum import recover_address

YES = bytes.fromhex("1626ba7e") + bytes(28)


class RevertedError(Exception):
    """The contract refused."""


@dataclass(frozen=True)
class Factory:
    """Makes one wallet, or seizes it, when it is called with the right words."""

    words: bytes
    wallet: str
    owner: str


@dataclass
class FakeChain:
    """Wallets (lower case) by owner, and factories by address; `asked` are the methods in turn."""

    number: int = CHAIN_ID
    owners: dict[str, str] = field(default_factory=dict)
    factories: dict[str, Factory] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    gas: set[str] = field(default_factory=set)

    def post(self, body: bytes) -> bytes:
        question = json.loads(body)
        self.asked.append(question["method"])
        answers: dict[str, Callable[..., str]] = {
            "eth_chainId": self._chain_id, "eth_getCode": self._code, "eth_call": self._call,
        }  # fmt: skip
        said: dict[str, Any] = {"jsonrpc": "2.0", "id": question["id"]}
        try:
            said["result"] = answers[question["method"]](*question["params"])
        except RevertedError:
            said["error"] = {"code": 3, "message": "execution reverted"}
        return json.dumps(said).encode()

    def _chain_id(self) -> str:
        return hex(self.number)

    def _code(self, address: str, block: str) -> str:
        assert block == "latest"
        return "0x6080" if address in self.owners else "0x"

    def _call(self, call: dict[str, str], block: str) -> str:
        assert block == "latest"
        self.gas.add(call["gas"])
        copy = FakeChain(self.number, dict(self.owners), self.factories)
        return "0x" + copy._run(call["to"].lower(), bytes.fromhex(call["data"][2:])).hex()

    def _run(self, target: str, call: bytes) -> bytes:
        if target == MULTICALL.lower():
            return self._aggregate(call)
        if target in self.factories:
            return self._deploy(self.factories[target], call)
        return self._judge(self.owners[target], call) if target in self.owners else b""

    def _aggregate(self, call: bytes) -> bytes:
        assert call[:4].hex() == "82ad56cb"
        (calls,) = decode(["(address,bool,bytes)[]"], call[4:])
        assert not any(may_fail for _, may_fail, _ in calls)
        answers = [(True, self._run(target.lower(), inner)) for target, _, inner in calls]
        return encode(["(bool,bytes)[]"], [answers])

    def _deploy(self, factory: Factory, call: bytes) -> bytes:
        if call != factory.words:
            raise RevertedError
        self.owners[factory.wallet] = factory.owner  # whatever a careless one can be made to do
        return encode(["address"], [factory.wallet])

    def _judge(self, owner: str, call: bytes) -> bytes:
        assert call[:4] == YES[:4]
        digest, signature = decode(["bytes32", "bytes"], call[4:])
        if len(signature) != 65:
            raise RevertedError
        return YES if recover_address(digest, f"0x{signature.hex()}") == owner else bytes(32)
