"""Event sources as AWS runs them: message groups side by side, streams beside queues.

The emulator hands out one batch per FIFO queue at a time and reads streams on the queues' thread,
so one slow handler holds everybody; and it gathers no batch for the time that a mapping allows. A
group is still in one batch at a time: the emulator's own
receive skips groups with a message in flight, and that is not touched here.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from ministack.core import concurrency
from ministack.services import lambda_svc, sqs

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Iterator

IDLE_GAP_SECONDS = 0.001
STREAM_TICK_SECONDS = 1.0
STREAMS = "table-streams"

logger = logging.getLogger(__name__)
_paused = threading.Event()


def pause() -> None:
    """Start no further batch; what is in flight goes on."""
    _paused.set()


def apply() -> None:
    """Patch the poller of event source mappings; call before it starts."""
    existing(lambda_svc, "_ESM_IDLE_WAKE_GAP_SECONDS")
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = IDLE_GAP_SECONDS  # noqa: SLF001 - the patch
    _pausable_queues()
    _groups_side_by_side()
    _batches_seen_whole()
    _streams_gather_batches()
    _streams_on_their_own_thread()


def _pausable_queues() -> None:
    poll = existing(lambda_svc, "_poll_sqs")
    lambda_svc._poll_sqs = lambda: not _paused.is_set() and poll()  # noqa: SLF001 - the patch


def _groups_side_by_side() -> None:
    original = existing(lambda_svc, "_sqs_esm_concurrency")

    def concurrency_of(mapping: Any, function: Any, config: Any, _queue: Any = None) -> Any:
        # A number that came as a parameter is kept as text.
        scaling = {name: int(each) for name, each in mapping.get("ScalingConfig", {}).items()}
        return original({**mapping, "ScalingConfig": scaling}, function, config, None)

    lambda_svc._sqs_esm_concurrency = concurrency_of  # noqa: SLF001 - the patch


def _batches_seen_whole() -> None:
    """Keep the poller out while one batch is being sent: else it takes the first two of ten."""
    handlers = existing(sqs, "_HANDLERS")
    send = handlers["SendMessageBatch"]

    def send_locked(request: Any, queue_url: str) -> Any:
        with sqs._queues_lock:  # noqa: SLF001 - the patch
            return send(request, queue_url)

    existing(sqs, "_queues_lock")
    handlers["SendMessageBatch"] = send_locked


def _streams_gather_batches() -> None:
    """Read a stream for a mapping with a batching window once in that window."""
    mappings = existing(lambda_svc, "_iter_all_esms")
    due_at: dict[str, float] = {}

    def due_mappings() -> Iterator[Any]:
        for account, region, mapping in mappings():
            if threading.current_thread().name == STREAMS:
                now = time.monotonic()
                if due_at.get(mapping["UUID"], 0) > now:
                    continue
                window = int(mapping.get("MaximumBatchingWindowInSeconds") or 0)
                due_at[mapping["UUID"]] = now + window
            yield account, region, mapping

    lambda_svc._iter_all_esms = due_mappings  # noqa: SLF001 - the patch


def _streams_on_their_own_thread() -> None:
    poll = existing(lambda_svc, "_poll_dynamodb_streams")
    wake = threading.Event()

    def serve() -> None:
        while not _paused.is_set():
            wake.clear()
            try:
                found = poll()
            except Exception:
                # The emulator's own loop does the same: one bad mapping must not stop the rest.
                logger.exception("reading table streams failed")
                found = False
            if not found:
                wake.wait(STREAM_TICK_SECONDS)

    def start_or_wake() -> bool:
        wake.set()
        return False

    lambda_svc._poll_dynamodb_streams = start_or_wake  # noqa: SLF001 - the patch
    existing(concurrency, "spawn_background")(serve, thread_name=STREAMS)
