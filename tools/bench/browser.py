"""What a visitor's browser fetches: once with nothing kept, once more with what it kept."""

from tools.bench.pages import public_pages
from tools.bench.report import Report
from tools.bench.server import Server

COLD_LESSON = {"requests": 8, "kB": 80}


def measure(report: Report, server: Server, program: str) -> None:
    from playwright.sync_api import sync_playwright

    pages = public_pages()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, path in pages.items():
            _tell(report, name, _loads(browser, f"http://localhost:{server.port}{path}"))
        browser.close()


def _loads(browser, url: str) -> dict[str, tuple[int, float]]:
    """Requests that reached the server, and kilobytes with headers, of a cold and a warm load."""
    context = browser.new_context(extra_http_headers={"X-Forwarded-Proto": "https"})
    page = context.new_page()
    traffic: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: traffic.append(told["encodedDataLength"]))
    found = {}
    for kind in ("cold", "warm"):
        traffic.clear()
        page.goto(url, wait_until="networkidle")
        # What comes from the browser's own memory has no length.
        sent = [size for size in traffic if size]
        found[kind] = len(sent), sum(sent) / 1000
        page.goto("about:blank")
    context.close()
    return found


def _tell(report: Report, name: str, loads: dict[str, tuple[int, float]]) -> None:
    for kind, (requests, size) in loads.items():
        goals = COLD_LESSON if (name, kind) == ("lesson", "cold") else {}
        report.row(f"{name}, {kind}: requests", requests, "requests", target=goals.get("requests"))
        report.row(f"{name}, {kind}: size", size, "kB", target=goals.get("kB"))
