"""`python -m simulators.hyperliquid`: the venue as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from decimal import Decimal
from pathlib import Path

from simulators.hyperliquid.clock import WallClock
from simulators.hyperliquid.decimals import is_number_text
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.persistence.store import BookStore, StoreError
from simulators.hyperliquid.replay.driver import DEFAULT_EQUITY_USD
from simulators.hyperliquid.replay.pacing import read_pace
from simulators.hyperliquid.replay.recording import RecordingError, load_recording
from simulators.hyperliquid.server import serving
from simulators.hyperliquid.simulator import TESTNET, Simulator, over
from simulators.loopback import LOOPBACK

FAILURE = 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.hyperliquid", description="A stand-in Hyperliquid on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="folder that keeps the books across restarts")
    parser.add_argument("--recording", type=Path, help="fills to load, ready to be replayed")
    parser.add_argument("--leader", help="which leader of the recording")
    parser.add_argument("--speed", help="start the replay at once: a number, or max")
    parser.add_argument("--rate-limits", choices=("on", "off"), help="default: on, off at max")
    parser.add_argument("--equity", type=_usd, default=DEFAULT_EQUITY_USD, help="leader's USD")
    parser.add_argument("--chain", choices=(TESTNET, "Mainnet"), default=TESTNET)
    return parser.parse_args()


def _usd(text: str) -> Decimal:
    if not is_number_text(text) or Decimal(text) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount above 0")
    return Decimal(text)


async def _run(arguments: argparse.Namespace) -> None:
    clock = WallClock()
    store = BookStore(arguments.state) if arguments.state else None
    simulator = over(store.load(clock) if store else Venue(clock), arguments.chain)
    if arguments.recording:
        recording = load_recording(arguments.recording, arguments.leader)
        simulator.replay.resume(recording, arguments.equity)
    _set_limits(simulator, arguments)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with serving(simulator, arguments.port, store) as (port, ticking):
        if arguments.speed and arguments.recording:
            simulator.start_replay(read_pace(arguments.speed))
        sys.stdout.write(json.dumps({"port": port}) + "\n")
        sys.stdout.flush()
        stopped = loop.create_task(stopping.wait())
        await asyncio.wait((stopped, ticking), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ticking.done():
            ticking.result()


def _set_limits(simulator: Simulator, arguments: argparse.Namespace) -> None:
    chosen = arguments.rate_limits or ("off" if arguments.speed == "max" else "on")
    simulator.set_limits(enabled=chosen == "on")


def main() -> int:
    """Serve until SIGTERM; return the exit code."""
    arguments = _arguments()
    try:
        asyncio.run(_run(arguments))
    except (StoreError, RecordingError, ValueError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(
            f"cannot listen on {LOOPBACK}:{arguments.port} ({error.strerror or error}); "
            "choose another --port, or 0 for a free one"
        )
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(f"simulator: {reason}\n")
    return FAILURE


if __name__ == "__main__":
    sys.exit(main())
