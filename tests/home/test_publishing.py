"""A page goes out only when it is complete, whichever door it takes."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from home.publishing import UnfinishedPage, unfinished
from tests.factories import home as make

CALLOUT = {"type": "callout", "id": "c1"}
COMPLETE = [CALLOUT | {"value": {"tone": "note", "title": "Title", "text": "<p>Text</p>"}}]
UNFINISHED = [CALLOUT | {"value": {"tone": "note", "title": "", "text": "<p>Text</p>"}}]


@pytest.fixture
def draft(db):
    """A page that was never published, with a callout that lacks its title."""
    page = make.standard_page(make.home(), live=False, body=UNFINISHED)
    page.save_revision()
    return page


def is_live(page):
    return Page.objects.get(pk=page.pk).live


def test_what_is_missing_is_known_by_field(draft):
    assert list(unfinished(draft)) == ["body"]
    draft.title = ""
    assert list(unfinished(draft)) == ["title", "body"]
    draft.title, draft.body = "About", COMPLETE
    assert unfinished(draft) == {}


def test_code_cannot_publish_it(draft):
    with pytest.raises(UnfinishedPage):
        draft.get_latest_revision().publish()
    assert not is_live(draft)
    draft.body = COMPLETE
    draft.save_revision().publish()
    assert is_live(draft)


def test_several_at_once_are_refused_in_words_and_none_goes_out(draft, desk):
    other = make.standard_page(draft.get_parent().specific, slug="other", live=False)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    query = f"?id={other.pk}&id={draft.pk}"
    response = desk.post(address + query, {"include_descendants": ""}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("wagtailadmin_pages:edit", args=[draft.pk])
    words = [str(message) for message in response.context["messages"]]
    assert "Nothing was published: &quot;About&quot; is unfinished." in words[0]
    assert (is_live(draft), is_live(other)) == (False, False)


def test_at_its_date_it_stays_a_draft_and_does_not_hold_up_the_others(draft):
    other = make.standard_page(draft.get_parent().specific, slug="other", live=False)
    past = timezone.now() - timedelta(minutes=5)
    for page in (draft, other):
        page.go_live_at = past
        revision = page.save_revision()
        revision.approved_go_live_at = past
        revision.save(update_fields=["approved_go_live_at"])
    call_command("publish_scheduled")
    assert (is_live(draft), is_live(other)) == (False, True)


def test_the_form_keeps_a_draft_and_refuses_to_publish_it(draft, desk):
    address = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    form = {
        "title": "About",
        "slug": "about",
        "summary": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "body-count": "1",
        "body-0-type": "callout",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "c1",
        "body-0-value-tone": "note",
        "body-0-value-title": "",
        "body-0-value-text": '{"entityMap": {}, "blocks": []}',
    }
    desk.post(address, form | {"action-publish": "1"})
    assert not is_live(draft)
    response = desk.post(address, form)
    assert response.status_code in {200, 302}
    assert draft.revisions.count() == 2
