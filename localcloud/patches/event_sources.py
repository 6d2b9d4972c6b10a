"""Event sources as AWS runs them: message groups side by side, streams beside queues.

The emulator hands out one batch per FIFO queue at a time and reads streams on the queues' thread,
so one slow handler holds everybody; it gathers no batch for the time that a mapping allows, and
reads a stream at every write where Lambda reads it four times a second. A group is still in one
batch at a time: the emulator's own receive skips groups with a message in flight, and that is not
touched here.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from ministack.core import concurrency
from ministack.services import dynamodb, lambda_svc, sqs

from localcloud.patches import deployed
from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Iterator

IDLE_GAP_SECONDS = 0.001
# Lambda's base rate: it reads a table's stream four times a second.
READ_EVERY_SECONDS = 0.25
STREAMS = "table-streams"

logger = logging.getLogger(__name__)
_paused = threading.Event()


def wake() -> None:
    """Look for batches at once."""
    lambda_svc._esm_wake.set()  # noqa: SLF001 - the patch


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
    _streams_on_their_own_thread()
    _streams_gather_batches()


def _pausable_queues() -> None:
    poll = existing(lambda_svc, "_poll_sqs")
    existing(lambda_svc, "_esm_wake")
    lambda_svc._poll_sqs = lambda: _may_poll() and poll()  # noqa: SLF001 - the patch


def _may_poll() -> bool:
    return deployed.everything.is_set() and not _paused.is_set()


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
    """Hand over what a stream has when the mapping's window has passed, or when a batch is full."""
    mappings = existing(lambda_svc, "_iter_all_esms")
    since: dict[str, float] = {}

    def due_mappings() -> Iterator[Any]:
        for each in mappings():
            if threading.current_thread().name != STREAMS or _is_due(each, since):
                yield each

    lambda_svc._iter_all_esms = due_mappings  # noqa: SLF001 - the patch


def _is_due(each: Any, since: dict[str, float]) -> bool:
    mapping, waiting, now = each[2], _records_waiting(*each), time.monotonic()
    began = since.setdefault(mapping["UUID"], now) if waiting else now
    window = int(mapping.get("MaximumBatchingWindowInSeconds") or 0)
    if waiting and now - began < window and waiting < mapping["BatchSize"]:
        return False
    since.pop(mapping["UUID"], None)
    return True


def _records_waiting(account: str, region: str, mapping: Any) -> int:
    table = mapping["EventSourceArn"].partition(":table/")[2].partition("/")[0]
    positions = lambda_svc._dynamodb_stream_positions._data  # noqa: SLF001 - the patch
    read_to = positions.get((account, region, mapping["UUID"]))
    if not table or read_to is None:
        return 0
    return int(dynamodb.stream_end_position(table, account_id=account, region=region) - read_to)


def _streams_on_their_own_thread() -> None:
    poll = existing(lambda_svc, "_poll_dynamodb_streams")
    every = existing(lambda_svc, "_iter_all_esms")

    def serve() -> None:
        deployed.everything.wait()
        while not _paused.is_set():
            try:
                is_behind = poll() and any(map(_has_full_batch, every()))
            except Exception:
                # The emulator's own loop does the same: one bad mapping must not stop the rest.
                logger.exception("reading table streams failed")
                is_behind = False
            if not is_behind:
                _paused.wait(READ_EVERY_SECONDS)

    lambda_svc._poll_dynamodb_streams = lambda: False  # noqa: SLF001 - the patch
    existing(dynamodb, "esm_wake")
    dynamodb.esm_wake = threading.Event()  # a write wakes nobody: the queues' thread has no streams
    existing(concurrency, "spawn_background")(serve, thread_name=STREAMS)


def _has_full_batch(each: Any) -> bool:
    return bool(_records_waiting(*each) >= each[2]["BatchSize"])
