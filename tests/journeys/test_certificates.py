"""From a completed course to a certificate that others can check, and to its end.

1. a participant whose course is complete opens the certificate
2. somebody else follows the address on the document
3. the person is erased, and the address says "withdrawn by its holder"
"""

import re

import pytest
from playwright.sync_api import expect

from courses import actions
from courses.models import Enrolment
from credentials import actions as credentials
from credentials.models import Credential
from participants.actions import erase_person
from tests.factories import courses as make
from tests.journeys.test_accessibility import sign_in
from tests.support.browser import PHONE, too_wide

pytestmark = pytest.mark.usefixtures("demonstration")


def complete() -> Enrolment:
    enrolment = Enrolment.objects.get()
    make.finish(enrolment)
    enrolment.refresh_from_db()
    assert enrolment.is_completed
    return enrolment


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_certificate_is_opened_checked_and_withdrawn(pages, script):
    enrolment = complete()
    learner = pages.new(viewport=PHONE, script=script)
    sign_in(learner)
    learner.goto("/en/my-academy/")
    learner.get_by_role("link", name=re.compile("^Certificate")).click()
    expect(learner.get_by_role("heading", name="Your certificate is being made")).to_be_visible()
    certificate = actions.issue_certificate(enrolment.pk)
    learner.get_by_role("link", name="Look again").click()
    expect(learner.get_by_text("Valid", exact=True)).to_be_visible()
    expect(learner.get_by_role("link", name="Open the document (PDF)")).to_be_visible()
    assert too_wide(learner) == 0

    stranger = pages.new(viewport=PHONE, script=script)
    stranger.goto(f"/credentials/{certificate.code}/")
    expect(stranger.get_by_role("heading", name="Demo participant")).to_be_visible()
    expect(stranger.get_by_role("link", name="Open the document (PDF)")).to_have_count(0)

    erase_person(certificate.holder_id)
    stranger.reload()
    expect(stranger.get_by_text("Withdrawn by its holder")).to_be_visible()
    expect(stranger.get_by_text("Demo participant")).to_have_count(0)


def test_axe_finds_nothing_in_any_state_of_a_certificate(pages, axe):
    enrolment = complete()
    learner = pages.new()
    sign_in(learner)
    found = {}

    def check(name, address):
        learner.goto(address)
        if wrong := axe(learner):
            found[name] = wrong

    check("being made", f"/en/learn/enrolment/{enrolment.pk}/certificate/")
    check("my academy", "/en/my-academy/")
    check("unknown", "/en/credentials/00000000-0000-4000-8000-000000000000/")
    certificate = actions.issue_certificate(enrolment.pk)
    address = f"/en/credentials/{certificate.code}/"
    check("valid", address)
    check("valid in French", address.replace("/en/", "/fr/"))
    holder = certificate.holder
    holder.name = "Another name"
    holder.save()
    check("another name", address)
    newer = credentials.reissue(certificate.pk, reason="Name")
    check("replaced", address)
    credentials.revoke(newer.pk, reason="Wrong")
    check("revoked", f"/en/credentials/{newer.code}/")
    assert found == {}
    assert Credential.objects.count() == 2
