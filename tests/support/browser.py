"""A real browser for journeys, and what every page of theirs must keep: no script error, nothing
that the Content-Security-Policy had to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# Between light and dark, only colours differ.
COLOURS = ["color-contrast", "link-in-text-block"]
# The desk's buttons fade from one colour to another.
AT_REST = "document.getAnimations().filter(a => a.transitionProperty).forEach(a => a.finish())"
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
        script: bool = True,
        **options: object,
    ) -> Page:
        context = self.browser.new_context(
            base_url=self.base_url,
            viewport=viewport,
            color_scheme="light",
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


def too_wide(page: Page) -> int:
    """By how many pixels a page is wider than the screen, 0 where it fits. Waits for a page that
    is on its way."""
    page.wait_for_load_state()
    return max(0, page.locator("html").evaluate("html => html.scrollWidth - innerWidth"))


def axe_checker(script: str) -> Callable[..., list[str]]:
    """`axe(page)` lists what a person with a disability would stumble over, one line a rule and
    screen: the page as it stands, on a phone and at a desk, the last of them in dark as well, since
    colours do not follow the width; and where it is wider than the screen. `within` is a part of a
    page of the editor's desk, which is looked at on a wide screen unless others are named. The page
    needs script to be on; its own policy stays in force."""

    def check(
        page: Page, *, within: str | None = None, viewports: tuple[dict, ...] = ()
    ) -> list[str]:
        page.wait_for_load_state()
        page.evaluate(script)
        before, found = page.viewport_size, []
        screens = viewports or ((DESK,) if within else (PHONE, DESK))
        for viewport in screens:
            page.set_viewport_size(viewport)
            if wide := too_wide(page):
                found.append(f"wider than {viewport['width']} px by {wide} px")
            dark = [("dark", COLOURS)] if viewport is screens[-1] else []
            for scheme, rules in [("light", None), *dark]:
                page.emulate_media(color_scheme=scheme)
                page.evaluate(AT_REST)
                screen = f"{viewport['width']} px, {scheme}"
                found += [f"{line} – {screen}" for line in _violations(page, within, rules)]
            page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)
        return found

    return check


def _violations(page: Page, within: str | None, rules: list[str] | None) -> list[str]:
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    run = "([within, options]) => axe.run(within || document, options)"
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: "
        + " | ".join(node["html"][:160] for node in rule["nodes"][:5])
        for rule in page.evaluate(run, [within, options])["violations"]
    ]
