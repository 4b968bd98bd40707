"""A real browser for journeys, and what every page of theirs must keep: no script error, nothing
that the Content-Security-Policy had to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
BLOCKED = "Content Security Policy"


@dataclass
class Pages:
    """Opens pages of the live server, each for a person of its own (no shared cookies)."""

    browser: Browser
    base_url: str
    opened: list = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def new(
        self,
        *,
        viewport: dict = DESK,
        dark: bool = False,
        script: bool = True,
        **options: object,
    ) -> Page:
        context = self.browser.new_context(
            base_url=self.base_url,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="en-GB",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(15_000)
        self.opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._listen(page, message))
        return page

    def _listen(self, page: Page, message: ConsoleMessage) -> None:
        if BLOCKED in message.text:
            self.faults.append(f"{page.url}: {message.text}")

    def close(self) -> None:
        for context in self.opened:
            context.close()


def axe_checker(script: str) -> Callable[..., list[str]]:
    """`axe(page)` lists what a person with a disability would stumble over, one line a rule. The
    page needs script to be on; its own policy stays in force."""

    def check(page: Page, *, within: str | None = None) -> list[str]:
        page.evaluate(script)
        run = "options => axe.run(options.within || document, {resultTypes: ['violations']})"
        found = page.evaluate(run, {"within": within})["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']}: "
            + " | ".join(node["html"][:160] for node in rule["nodes"][:5])
            for rule in found
        ]

    return check
