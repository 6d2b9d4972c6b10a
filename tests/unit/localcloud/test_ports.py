"""Ports stay where something that is kept contains them, and make way for others where not."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from localcloud.errors import Code, LocalCloudError
from localcloud.ports import kept_ports, pinned_port
from localcloud.state_folder import StateFolder, read_object, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port that another program uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


@pytest.fixture
def free() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        return int(other.getsockname()[1])


def save(folder: StateFolder, port: int) -> None:
    """Save a queue as the emulator does: its URL contains the port."""
    folder.prepare()
    queue = {"url": f"http://127.0.0.1:{port}/000000000000/a-queue"}
    (folder.services / "sqs.json").write_text(json.dumps({"queues": [queue]}), encoding="utf-8")


def test_a_port_stays_from_run_to_run(folder: StateFolder) -> None:
    assert pinned_port(folder, "simulator") == pinned_port(folder, "simulator")


@pytest.mark.parametrize("name", ["simulator", "identity"])
def test_a_kept_port_that_others_use_is_chosen_anew(
    folder: StateFolder, taken: int, name: str
) -> None:
    save(folder, 1)
    write_whole(folder.ports, {name: taken, "cloud": 1})

    chosen = pinned_port(folder, name)

    assert chosen != taken
    assert read_object(folder.ports) == {name: chosen, "cloud": 1}


def test_the_clouds_too_as_long_as_nothing_saved_contains_it(
    folder: StateFolder, taken: int
) -> None:
    write_whole(folder.ports, {"cloud": taken})

    assert pinned_port(folder, "cloud") != taken


def test_once_it_does_the_remedy_names_what_to_remove(folder: StateFolder, taken: int) -> None:
    save(folder, taken)
    write_whole(folder.ports, {"cloud": taken})

    with pytest.raises(LocalCloudError) as refused:
        pinned_port(folder, "cloud")

    assert refused.value.code is Code.PORT_IN_USE
    assert f"with --state; to begin anew, remove {folder.root}" in refused.value.remedy


def test_of_a_wanted_port_it_says_that_another_may_be_named(
    folder: StateFolder, taken: int
) -> None:
    with pytest.raises(LocalCloudError) as refused:
        pinned_port(folder, "cloud", taken)

    assert refused.value.code is Code.PORT_IN_USE
    assert "name another one with --port" in refused.value.remedy


@pytest.mark.parametrize("noted", ["true", '"x"', "1e400", "70000", "0", "-1", "null"])
def test_what_is_noted_but_no_port_is_chosen_anew(folder: StateFolder, noted: str) -> None:
    folder.ports.write_text(f'{{"cloud": {noted}, "identity": {noted}}}', encoding="utf-8")

    chosen = pinned_port(folder, "cloud")

    assert 0 < chosen <= 65535
    assert read_object(folder.ports) == {"cloud": chosen}


def test_a_port_that_is_named_takes_the_place_of_the_kept_one(
    folder: StateFolder, free: int
) -> None:
    assert pinned_port(folder, "cloud") != free

    assert pinned_port(folder, "cloud", free) == free
    assert pinned_port(folder, "cloud") == free


def test_but_not_of_the_one_that_what_is_saved_contains(folder: StateFolder, free: int) -> None:
    save(folder, free)
    write_whole(folder.ports, {"cloud": free})

    assert pinned_port(folder, "cloud", free) == free
    with pytest.raises(LocalCloudError) as refused:
        pinned_port(folder, "cloud", free - 1)

    assert refused.value.code is Code.STATE_STALE
    assert refused.value.remedy == (
        f"use port {free}, or another folder with --state for port {free - 1}"
    )


@pytest.mark.parametrize("noted", ["", "{}", '{"cloud": 70000}', '{"cloud": 45119}'])
def test_what_is_saved_says_itself_which_port_it_contains(
    folder: StateFolder, free: int, noted: str
) -> None:
    save(folder, free)
    folder.ports.write_text(noted, encoding="utf-8")

    assert pinned_port(folder, "cloud") == free
    assert pinned_port(folder, "cloud", free) == free
    with pytest.raises(LocalCloudError, match=f"keeps port {free} "):
        pinned_port(folder, "cloud", 45119)


IN_A_BODY = json.dumps({"body": json.dumps({"url": "http://127.0.0.1:1234/a"})})


@pytest.mark.parametrize(
    "saved",
    [
        "",
        "{}",
        "\udc80",
        IN_A_BODY,
        '{"url": "http://127.0.0.1:0/a"}',
        '{"url": "http://127.0.0.1:65536/a"}',
    ],
)
def test_what_is_saved_without_a_queue_contains_none(folder: StateFolder, saved: str) -> None:
    folder.prepare()
    (folder.services / "sqs.json").write_bytes(saved.encode(errors="surrogateescape"))

    assert folder.saved_port is None


def test_what_is_saved_is_read_once_for_all_the_ports_of_a_start(
    folder: StateFolder, free: int
) -> None:
    save(folder, free)
    assert pinned_port(folder, "cloud") == free
    (folder.services / "sqs.json").unlink()

    assert kept_ports(folder) == {"cloud": free}
    assert pinned_port(folder, "simulator") != free


def test_a_kept_port_makes_way_where_it_is_named_for_the_cloud(folder: StateFolder) -> None:
    named = pinned_port(folder, "simulator")

    assert pinned_port(folder, "cloud", named) == named
    assert pinned_port(folder, "simulator") != named


def test_a_port_chosen_anew_is_nobody_elses(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Drawing(socket.socket):
        drawn = iter([45111, 45113])

        def getsockname(self) -> tuple[str, int]:
            return "127.0.0.1", next(self.drawn)

    write_whole(folder.ports, {"cloud": 45111})
    monkeypatch.setattr("localcloud.ports.socket.socket", Drawing)

    assert pinned_port(folder, "simulator") == 45113
