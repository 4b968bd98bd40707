"""Connections that are kept open and always have one request under way: as little work as it
takes, since the client shares the processors with what it measures."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

ORIGIN = "https://localhost"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Round:
    """What one stretch of asking came to."""

    seconds: float = 0.0
    taken: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    size: int = 0

    @property
    def a_second(self) -> float:
        return len(self.taken) / self.seconds if self.seconds else 0.0


def request(
    path: str, cookies: dict[str, str] | None = None, form: dict[str, str] | None = None, **headers
) -> bytes:
    """The bytes of one request as the web server in front hands it on."""
    lines = [f"{'POST' if form is not None else 'GET'} {path} HTTP/1.1", "Host: localhost"]
    lines += ["X-Forwarded-Proto: https", "Accept-Encoding: gzip", "Accept: text/html"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in cookies.items()))
    body = b""
    if form is not None:
        body = urlencode(form).encode()
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Origin: {ORIGIN}"]
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One browser's connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begin(b"")

    def begin(self, data: bytes) -> None:
        self.buffer, self.head, self.length = bytearray(), 0, -1
        self.started = time.perf_counter()
        if data:
            self.socket.sendall(data)

    def read(self) -> bool:
        """Takes what is there; whether the answer is complete."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("The server closed a connection.")
        self.buffer += chunk
        if not self.head and (at := self.buffer.find(b"\r\n\r\n")) >= 0:
            self.head = at + 4
            self.length = _length(bytes(self.buffer[:at]).lower())
        if not self.head:
            return False
        if self.length < 0:
            return self.buffer.endswith(b"\r\n0\r\n\r\n")
        return len(self.buffer) >= self.head + self.length

    def status(self) -> int:
        return int(self.buffer[9:12])

    def ask(self, data: bytes) -> Answer:
        """One request and its answer, without measuring."""
        self.begin(data)
        while not self.read():
            pass
        lines = bytes(self.buffer[: self.head]).decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(": ") for line in lines if line)
        headers = {name.lower(): value for name, _colon, value in pairs}
        return Answer(self.status(), headers, bytes(self.buffer[self.head :]))

    def close(self) -> None:
        self.socket.close()


def _length(head: bytes) -> int:
    """The length of the body that follows; -1 where it comes in pieces."""
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return -1 if b"\r\ntransfer-encoding: chunked" in head else 0
    return int(head[at + 17 :].split(b"\r\n", 1)[0])


def press(
    connections: Sequence[Connection], asking: Sequence[Iterator[bytes]], seconds: float
) -> Round:
    """Every connection asks its own requests, one after another, until the time is over or there
    are no more."""
    found, waiting = Round(), selectors.DefaultSelector()
    start = time.perf_counter()
    end = start + seconds
    for connection, requests in zip(connections, asking, strict=True):
        if (data := next(requests, None)) is not None:
            waiting.register(connection.socket, selectors.EVENT_READ, (connection, requests))
            connection.begin(data)
    while waiting.get_map():
        for key, _events in waiting.select():
            connection, requests = key.data
            if not connection.read():
                continue
            now = time.perf_counter()
            found.taken.append(now - connection.started)
            found.statuses[connection.status()] += 1
            found.size += len(connection.buffer)
            data = next(requests, None) if now < end else None
            if data is None:
                waiting.unregister(connection.socket)
            else:
                connection.begin(data)
    found.seconds = time.perf_counter() - start
    return found
