"""Event sources take batches once everything is deployed, and none any more once it stops."""

from __future__ import annotations

import threading

import pytest
from ministack.core import concurrency
from ministack.services import dynamodb, lambda_svc

from localcloud.patches import deployed, event_sources


@pytest.fixture
def polled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what the emulator's own poller, which is patched, was called for."""
    calls: list[str] = []

    def poll() -> bool:
        calls.append("queues")
        return True

    monkeypatch.setattr(deployed, "everything", threading.Event())
    monkeypatch.setattr(event_sources, "_paused", threading.Event())
    monkeypatch.setattr(lambda_svc, "_esm_wake", threading.Event())
    monkeypatch.setattr(lambda_svc, "_poll_sqs", poll)
    event_sources._pausable_queues()
    return calls


def test_nothing_is_taken_from_a_queue_before_all_is_deployed_or_after_the_end(
    polled: list[str],
) -> None:
    assert not lambda_svc._poll_sqs()
    assert polled == []

    deployed.everything.set()
    event_sources.wake()
    assert lambda_svc._esm_wake.is_set()
    assert lambda_svc._poll_sqs()
    assert polled == ["queues"]

    event_sources.pause()
    assert not lambda_svc._poll_sqs()
    assert polled == ["queues"]


def test_a_stream_is_not_read_before_all_is_deployed(
    polled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[threading.Thread] = []
    asked = threading.Event()

    def poll() -> bool:
        polled.append("streams")
        asked.set()
        return False

    def spawn(serve: object, *, thread_name: str) -> None:
        served.append(threading.Thread(target=serve, name=thread_name, daemon=True))  # type: ignore[arg-type] # a function
        served[0].start()

    monkeypatch.setattr(lambda_svc, "_poll_dynamodb_streams", poll)
    monkeypatch.setattr(dynamodb, "esm_wake", threading.Event())
    monkeypatch.setattr(concurrency, "spawn_background", spawn)
    event_sources._streams_on_their_own_thread()
    assert polled == []

    deployed.everything.set()
    assert asked.wait(20)
    event_sources.pause()
    served[0].join(20)
    assert not served[0].is_alive()
