"""Browsers report what the policy stopped: a rule and an origin are written down, nothing else."""

import json
import logging

import pytest

from academy import csp_reports

OLD = {
    "csp-report": {
        "document-uri": "https://academy.example.org/en/unsubscribe/hush-token/?next=/x",
        "violated-directive": "img-src",
        "blocked-uri": "https://tracker.example/pixel.gif?person=ada@example.org",
        "script-sample": "hush",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "url": "https://academy.example.org/en/unsubscribe/hush-token/",
        "user_agent": "hush",
        "body": {"effectiveDirective": "script-src-elem", "blockedURL": "inline", "sample": "hush"},
    },
    {"type": "deprecation", "body": {"id": "hush"}},
]


@pytest.fixture(autouse=True)
def _counts(monkeypatch):
    monkeypatch.setattr(csp_reports, "_count", csp_reports._Count())


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.WARNING, logger="academy.csp")
    return lambda: [(r.directive, r.blocked) for r in caplog.records if r.name == "academy.csp"]


def report(client, given, kind="application/csp-report"):
    content = given if isinstance(given, bytes | str) else json.dumps(given)
    return client.post("/csp-report", content, content_type=kind)


@pytest.mark.parametrize(
    ("given", "line"),
    [(OLD, ("img-src", "https://tracker.example")), (NEW, ("script-src-elem", "inline"))],
)
def test_a_report_leaves_a_rule_and_an_origin(client, told, caplog, given, line):
    answer = report(client, given)
    assert (answer.status_code, answer.cookies) == (204, {})
    assert told() == [line]
    assert "hush" not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        b"\xff\xfe",
        "[" * 5000,
        "null",
        "{}",
        [1, None, "x"],
        {"csp-report": ["x"]},
        {"csp-report": {"violated-directive": "img-src\nforged line", "blocked-uri": "inline"}},
        {"csp-report": {"violated-directive": "img-src", "blocked-uri": "https://[x/"}},
        {"csp-report": {"violated-directive": "img-src", "blocked-uri": "ada@example.org"}},
        "x" * 20_000,
    ],
)
def test_nonsense_is_taken_and_forgotten(client, told, given):
    assert report(client, given).status_code == 204
    assert told() == []


def test_a_flood_leaves_a_few_lines_a_minute(client, told):
    for _time in range(csp_reports.A_MINUTE + 20):
        report(client, OLD)
    assert len(told()) == csp_reports.A_MINUTE


def test_only_posting_is_a_report(client):
    assert client.get("/csp-report").status_code == 405


def test_every_page_says_where_to_report(client, db):
    answer = client.get("/en/account/login/")
    assert "report-uri /csp-report" in answer["Content-Security-Policy"]
    assert "report-to csp" in answer["Content-Security-Policy"]
    assert answer["Reporting-Endpoints"] == 'csp="/csp-report"'
