"""A line to a server that a test can cut, hold and mend: what programs of the site see when the
server is gone, or when a network swallows what they send."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator


class Relay:
    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._held = False
        self._door: socket.socket | None = None
        self.port = 0
        self.mend()

    def cut(self) -> None:
        """Refuses everybody, and closes what was open."""
        if self._door:
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None
        with self._lock:
            for line in list(self._pairs):
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Takes what is sent, and hands nothing on."""
        self._held = True

    def mend(self) -> None:
        self._held = False
        if self._door is None:
            self._door = socket.create_server(("127.0.0.1", self.port))
            self.port = self._door.getsockname()[1]
            threading.Thread(target=self._answer, args=(self._door,), daemon=True).start()

    def _answer(self, door: socket.socket) -> None:
        while True:
            try:
                here, _address = door.accept()
                there = socket.create_connection(self._there)
            except OSError:
                return
            with self._lock:
                self._pairs |= {here: there, there: here}
            threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with selectors.DefaultSelector() as waiting, contextlib.suppress(OSError):
            waiting.register(here, selectors.EVENT_READ, there)
            waiting.register(there, selectors.EVENT_READ, here)
            while True:
                for key, _events in waiting.select():
                    if not (read := key.fileobj.recv(65536)):
                        raise OSError
                    if not self._held:
                        key.data.sendall(read)
        with self._lock:
            for line in (here, there):
                self._pairs.pop(line, None)
                line.close()


@contextlib.contextmanager
def to(host: str, port: int) -> Iterator[Relay]:
    relay = Relay(host, port)
    try:
        yield relay
    finally:
        relay.cut()
