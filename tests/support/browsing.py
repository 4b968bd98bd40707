"""A browser without a screen for sites that run as processes behind one address: cookies and forms,
over plain HTTP as a proxy speaks it to the site."""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

HOST = "academy.example.org"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, port: int, path: str) -> Answer:
        return self._ask(port, "GET", path)

    def send(self, port: int, path: str, form: str = "", **data: object) -> Answer:
        """Fills in a form that the site shows at `form`, else at the path itself."""
        return self.fill_in(port, self.get(port, form or path), path, **data)

    def fill_in(self, port: int, page: Answer, path: str, **data: object) -> Answer:
        """Sends a form of a page that was fetched."""
        token = TOKEN.search(page.text)
        assert token, f"{page.status}: no form for {path}"
        body = encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": token[1], **data})
        return self._ask(port, "POST", path, body, {"Content-Type": MULTIPART_CONTENT})

    def _ask(
        self,
        port: int,
        method: str,
        path: str,
        body: bytes | None = None,
        more: dict | None = None,
    ) -> Answer:
        headers = {
            "Host": HOST,
            "Referer": f"https://{HOST}{path}",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.7",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **(more or {}),
        }
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            asked.request(method, path, body, headers)
            answer = asked.getresponse()
            found = Answer(answer.status, answer.headers, answer.read())
        finally:
            asked.close()
        for line in found.headers.get_all("Set-Cookie") or []:
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name] = cookie.value
        return found
