"""Ways to break a running system: its venue, its processes, its queues."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.permissions.policies import cuts_of, read_policies, taken_out
from tests.permissions.queues import waiting
from understudy.workflows.leader_listener import LEASE_MS
from understudy.workflows.watching.market_feed import SILENT_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.acceptance.judged_run import JudgedRun

EXECUTE, SIGNER = "FollowerExecuteFunction", "SignerFunction"
LISTENER, RECONCILE = "LeaderListenerFunction", "FollowReconcileFunction"
QUEUES = ("LeaderFillsQueue", "FillFanOutQueue", "FollowerExecuteQueue", "FollowReconcileQueue")
ORDERS = {"method": "exchange", "type": "order"}
FRAMES = {"method": "ws", "type": "trades"}
QUESTIONS = {"method": "info", "type": "orderStatus"}
COMES_AGAIN_SECONDS = 8
HELD_MS = 3_000
MINUTE_MS = 60_000
MANY = 100


def script(run: JudgedRun, kind: str, match: dict[str, str], count: int = 1, **more: Any) -> None:
    """Have the venue do something wrong the next few times."""
    run.bench.command("faults", kind=kind, match=match, count=count, **more)


def script_by_chance(
    run: JudgedRun, kind: str, match: dict[str, str], probability: str, seed: int, delay_ms: int = 0
) -> None:
    """Have the venue do something wrong now and then, as a seed says."""
    chance = {"probability": probability, "seed": seed, "delay_ms": delay_ms}
    run.bench.command("faults", kind=kind, match=match, **chance)


def unstruck(run: JudgedRun) -> list[dict[str, Any]]:
    """Give the faults that have not struck as often as they were to."""
    return [each for each in run.bench.look("faults") if each["struck"] != each["count"]]


def halt(run: JudgedRun, seconds: int) -> None:
    """Restart the venue; an entry whose leverage cannot be set meanwhile is justly skipped."""
    begun_ms = run.stage.now_ms()
    run.excuse("LEVERAGE_NOT_ALLOWED", begun_ms, begun_ms + seconds * 1000)
    run.bench.command("halt", seconds=seconds)


def workers(run: JudgedRun, function: str) -> list[int]:
    """Give the processes that serve a function now."""
    stack = run.stage.system.stack
    name = stack.stack.functions[function]
    found = stack.emulator.control("workers")
    return [int(each["process_id"]) for each in found if each["function"] == name]


def strike(process_ids: Sequence[int], number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a function's processes; one that has ended by itself is left out."""
    assert process_ids, "nobody was at work"
    for each in process_ids:
        try:
            os.kill(each, number)
        except ProcessLookupError:
            continue


def kill_while_it_waits_for_the_venue(run: JudgedRun, function: str, match: dict[str, str]) -> None:
    """Kill a function's processes while one of them waits for an answer, which then goes lost."""
    before = _held(run)
    script(run, "latency", match, delay_ms=HELD_MS)
    run.wait(f"{function} waits for the venue", lambda: _held(run) > before)
    strike(workers(run, function))


def kill_the_signer_while_an_order_waits_for_it(run: JudgedRun) -> None:
    """Stop the signer's processes, and kill them once an order is pinned that they have to sign."""
    stopped, stopped_ms = workers(run, SIGNER), run.stage.now_ms()
    strike(stopped, signal.SIGSTOP)
    try:
        run.wait("an order to be signed", lambda: _is_pinned_since(run, stopped_ms))
    finally:
        strike(stopped)


def kill_the_listener(run: JudgedRun) -> int:
    """Kill whoever hears the venue; gives when."""
    strike(workers(run, LISTENER))
    return run.stage.now_ms()


def listen_again(run: JudgedRun, killed_ms: int) -> None:
    """Run the minute's schedules once the killed listener's lease is over.

    Until then prices grow old, and the signer rightly refuses entries.
    """
    run.wait("the lease is over", lambda: run.stage.now_ms() > killed_ms + LEASE_MS)
    run.stage.system.stack.run_schedules()
    run.wait("somebody listens", lambda: run.bench.look("health")["sockets"])
    heard_ms = run.stage.now_ms()
    run.excuse("SIGNING_REFUSED", killed_ms, heard_ms)
    run.outages_ms.append((killed_ms, heard_ms))


def fall_silent(run: JudgedRun) -> None:
    """Let the venue say nothing more on the stream, the connection being open."""
    silent_ms = run.stage.now_ms()
    script(run, "silent_socket", FRAMES)
    heard_ms = silent_ms + SILENT_MS
    run.excuse("SIGNING_REFUSED", silent_ms, heard_ms)
    run.outages_ms.append((silent_ms, heard_ms))


def budget_was_lost(run: JudgedRun, since_ms: int) -> None:
    """Put on record that the dead took their parts of the venue's request budget along."""
    run.excuse("RATE_LIMITED", since_ms, run.stage.now_ms())


def deliver_again_soon(run: JudgedRun) -> None:
    """Have what a dead worker held come again within seconds; a slow one may still be at it."""
    for each in QUEUES:
        run.stage.client("sqs").set_queue_attributes(
            QueueUrl=run.stage.queue(each),
            Attributes={"VisibilityTimeout": str(COMES_AGAIN_SECONDS)},
        )


def poison(run: JudgedRun, queue: str, group: str) -> None:
    """Put something unreadable into a queue."""
    url = run.stage.queue(queue)
    order = {"MessageGroupId": group, "MessageDeduplicationId": uuid4().hex}
    more = order if url.endswith(".fifo") else {}
    run.stage.client("sqs").send_message(QueueUrl=url, MessageBody=f"poison {uuid4()}", **more)


@contextmanager
def without(run: JudgedRun, role: str, statement: str) -> Iterator[None]:
    """Deploy a role that lacks a statement, for a while: nothing that needs it is done."""
    session = run.stage.system.stack.session()
    policy = next(each for each in read_policies(session) if each.role == role)
    cut = next(each for each in cuts_of(policy) if each.statement == statement)
    with taken_out(session, cut):
        yield


def give_up_after(run: JudgedRun, tries: int) -> None:
    """Have messages die after so many failed tries."""
    client = run.stage.client("sqs")
    for queue in QUEUES:
        url, dead = run.stage.queue(queue), run.stage.queue(_dead(queue))
        asked = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        policy = {"deadLetterTargetArn": asked["Attributes"]["QueueArn"], "maxReceiveCount": tries}
        attributes = {"RedrivePolicy": json.dumps(policy)}
        client.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def letters(run: JudgedRun) -> dict[str, int]:
    """Count the dead letters of each queue."""
    return {each: waiting(run.stage, run.stage.queue(_dead(each))) for each in QUEUES}


def _dead(queue: str) -> str:
    return queue.replace("Queue", "DeadLetterQueue")


def _held(run: JudgedRun) -> int:
    faults = run.bench.look("faults")
    return sum(int(each["struck"]) for each in faults if each["kind"] == "latency")


def _is_pinned_since(run: JudgedRun, since_ms: int) -> bool:
    """Say whether an order, or a leverage, is stored that nobody can have signed yet."""
    store, far_ms = run.stage.copies, since_ms + MINUTE_MS
    pending = (store.intent(*each) for each in store.due_intents(far_ms, MANY))
    return any(each is not None and each.created_at_ms > since_ms for each in pending)
