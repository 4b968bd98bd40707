"""A mail server of our own, as moody as a test wants it."""

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Delivered:
    sender: str
    to: str
    message: EmailMessage

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Server:
    """`refuses` answers an address (or "*", everybody) at RCPT; `closed` greets nobody. Between
    keeping a mail and saying so it waits `pause` seconds: the moment at which a sender that dies
    cannot know."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    after_data: str = ""
    closed: bool = False
    pause: float = 0
    mails_a_connection: int = 10_000
    connections: int = 0
    delivered: list[Delivered] = field(default_factory=list)

    def ids(self) -> list[str]:
        return [mail.id for mail in self.delivered]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._talk(self.server.moods)

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _talk(self, moods: Server) -> None:
        moods.connections += 1
        if moods.closed:
            self._say("421 4.3.2 Not now")
            return
        self._say("220 here")
        sender, to, kept = "", "", 0
        while line := self.rfile.readline().decode().strip():
            verb, _colon, rest = line.partition(":")
            address = rest.strip().strip("<>").split(">")[0]
            match verb.split()[0].upper():
                case "MAIL":
                    sender = address
                    self._say("250 ok")
                case "RCPT":
                    to = address
                    self._say(moods.refuses.get(to) or moods.refuses.get("*") or "250 ok")
                case "DATA":
                    self._say("354 go on")
                    content = self._content()
                    if moods.after_data:
                        self._say(moods.after_data)
                        continue
                    parsed = message_from_bytes(content, policy=policy.default)
                    moods.delivered.append(Delivered(sender, to, parsed))
                    time.sleep(moods.pause)
                    self._say("250 kept")
                    kept += 1
                    if kept >= moods.mails_a_connection:
                        return
                case "QUIT":
                    self._say("221 good-bye")
                    return
                case _:
                    self._say("250 ok")

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextlib.contextmanager
def running() -> Iterator[Server]:
    with _Listener(("127.0.0.1", 0), _Session) as listener:
        listener.moods = Server(port=listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield listener.moods
        listener.shutdown()
