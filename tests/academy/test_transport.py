"""The broker in a folder: whole messages only, each to one worker, broken ones set aside."""

import os
import threading
import time
from queue import Empty

import pytest
from kombu import Connection


def connect(folder):
    return Connection(transport="academy.transport:Transport", transport_options={"folder": folder})


def send(connection, number):
    queue = connection.SimpleQueue("jobs")
    queue.put({"number": number}, headers={"task": "some.task"}, serializer="json")
    queue.close()


def take_all(connection):
    queue, found = connection.SimpleQueue("jobs"), []
    while True:
        try:
            message = queue.get(timeout=0.3)
        except Empty:
            queue.close()
            return found
        message.ack()
        found.append(message.payload["number"])


def test_messages_arrive_once_and_in_order(tmp_path):
    with connect(tmp_path) as connection:
        for number in range(20):
            send(connection, number)
        assert take_all(connection) == list(range(20))
        assert take_all(connection) == []


def test_two_workers_never_take_the_same_message(tmp_path):
    with connect(tmp_path) as sender:
        for number in range(100):
            send(sender, number)
    found = []

    def work():
        with connect(tmp_path) as connection:
            found.extend(take_all(connection))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(found) == list(range(100))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"body": 1}', b"\xff\xfe"])
def test_a_broken_file_is_set_aside_and_the_next_message_arrives(tmp_path, content):
    with connect(tmp_path) as connection:
        take_all(connection)
        (tmp_path / "waiting" / f"{0:020}-broken.jobs").write_bytes(content)
        send(connection, 1)
        assert take_all(connection) == [1]
    assert [path.name for path in (tmp_path / "broken").iterdir()] == [f"{0:020}-broken.jobs"]


def test_a_message_that_is_still_being_written_is_not_read(tmp_path):
    with connect(tmp_path) as connection:
        take_all(connection)
        (tmp_path / "waiting" / f".{0:020}-draft.jobs").write_text("{")
        assert take_all(connection) == []


def test_what_a_dead_worker_had_claimed_comes_back(tmp_path):
    with connect(tmp_path) as connection:
        send(connection, 7)
        waiting = next((tmp_path / "waiting").iterdir())
        claim = tmp_path / "claimed" / waiting.name
        waiting.rename(claim)
        assert take_all(connection) == []
    real = time.time
    try:
        time.time = lambda: real() + 120
        with connect(tmp_path) as connection:
            assert take_all(connection) == [7]
    finally:
        time.time = real
    assert os.listdir(tmp_path / "claimed") == []
