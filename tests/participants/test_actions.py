from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from participants import Refused, sweeps
from participants.actions import (
    add_person,
    change_email,
    confirm_membership,
    find_or_create_organisation,
    give_feedback,
    mail_feedback,
    merge_organisation,
    save_profile,
)
from participants.models import Consent, Feedback, Membership, Organisation, Profile, User
from participants.permissions import has_profile, may_act_for
from participants.states import WORDINGS, Purpose, Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db


def answers_of(user):
    return [
        (consent.purpose, consent.given)
        for consent in Consent.objects.filter(user=user).order_by("pk")
    ]


# --- Accounts -------------------------------------------------------------------------------


def test_adding_a_person_again_changes_name_and_roles_but_not_the_password():
    first = add_person("Ada@example.org", "Ada", password="one long pass phrase")
    again = add_person("ada@example.org", "Ada L", password="another", roles=[Role.AUTHOR])

    assert (again, again.name) == (first, "Ada L")
    assert again.check_password("one long pass phrase")
    assert [g.name for g in again.groups.all()] == ["Author"]
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ada@example.org", True, True)
    ]


def test_a_changed_address_is_the_only_one_and_must_be_confirmed():
    ada = make.person("ada@example.org")

    change_email(ada, "Ada@town.example", verified=False)

    assert User.objects.get(pk=ada.pk).email == "ada@town.example"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [
        ("ada@town.example", False)
    ]


# --- Profiles and consent -------------------------------------------------------------------


def test_a_profile_makes_the_organisation_and_an_unconfirmed_membership():
    ada = make.person()
    assert not has_profile(ada)

    save_profile(ada.pk, country="BE", organisation="Stad Gent", answers={"role": "trainer"})

    profile = Profile.objects.get(pk=ada.pk)
    assert (profile.organisation.name, profile.role, profile.public) == (
        "Stad Gent",
        "trainer",
        False,
    )
    assert has_profile(ada)
    assert not may_act_for(ada, profile.organisation_id)


def test_saving_the_same_profile_twice_leaves_one_of_everything():
    ada = make.person()
    for _ in range(2):
        save_profile(
            ada.pk, country="BE", organisation="Stad Gent", answers={"alumni_contact": True}
        )

    assert Profile.objects.count() == Organisation.objects.count() == 1
    assert Membership.objects.count() == 1
    assert answers_of(ada) == [(Purpose.PRIVACY_NOTICE, True), (Purpose.ALUMNI_CONTACT, True)]


def test_every_new_answer_is_another_row_and_never_said_yes_is_none():
    ada = make.person()
    for alumni, public in ((False, False), (True, True), (False, True), (True, True)):
        save_profile(
            ada.pk,
            country="BE",
            organisation="Stad Gent",
            answers={"alumni_contact": alumni, "public": public},
        )

    assert answers_of(ada) == [
        (Purpose.PRIVACY_NOTICE, True),
        (Purpose.ALUMNI_CONTACT, True),
        (Purpose.PUBLIC_PROFILE, True),
        (Purpose.ALUMNI_CONTACT, False),
        (Purpose.ALUMNI_CONTACT, True),
    ]


def test_a_new_wording_is_agreed_to_anew(monkeypatch):
    ada = make.person(profile=True)
    monkeypatch.setitem(WORDINGS, Purpose.PRIVACY_NOTICE, "2027-01")

    save_profile(ada.pk, country="BE", organisation="Stad Gent", answers={})

    assert list(Consent.objects.order_by("pk").values_list("wording", flat=True)) == [
        "2026-11",
        "2027-01",
    ]


def test_changing_the_employer_ends_the_earlier_membership():
    ada = make.person(profile=True)
    confirm_membership(Membership.objects.get().pk)

    save_profile(ada.pk, country="NL", organisation="Gemeente Utrecht", answers={})

    assert [(m.organisation.name, m.confirmed_at) for m in Membership.objects.all()] == [
        ("Gemeente Utrecht", None)
    ]


def test_a_confirmed_membership_lets_somebody_act_and_keeps_its_first_date():
    ada = make.person(profile=True)
    membership = Membership.objects.get()
    first = timezone.now() - timedelta(days=3)

    confirm_membership(membership.pk, now=first)
    confirm_membership(membership.pk)

    assert Membership.objects.get().confirmed_at == first
    assert may_act_for(ada, membership.organisation_id)
    assert not may_act_for(make.person(), membership.organisation_id)


def test_a_new_photo_drops_the_old_file(django_capture_on_commit_callbacks):
    ada = make.person(profile=True)
    stored = []
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            profile = save_profile(
                ada.pk, country="BE", organisation="X1", answers={"photo": make.picture()}
            )
        stored.append(profile.photo.name)

    assert stored[0] != stored[1]
    assert not profile.photo.storage.exists(stored[0])
    assert profile.photo.storage.exists(stored[1])


# --- Organisations --------------------------------------------------------------------------


def test_a_name_written_otherwise_finds_the_same_organisation():
    assert find_or_create_organisation("Stadt Köln", "DE") == find_or_create_organisation(
        "STADT KOLN", "DE"
    )


def test_merging_moves_people_and_leaves_a_signpost():
    ada, bob = make.person(profile=True), make.person()
    source, target = make.organisation(), make.organisation("City of Testing")
    save_profile(bob.pk, country="BE", organisation="City of Testing", answers={})
    older = make.organisation("Testing town")
    merge_organisation(older.pk, source.pk)

    merge_organisation(source.pk, target.pk)
    merge_organisation(source.pk, target.pk)

    assert {p.organisation for p in Profile.objects.all()} == {target}
    assert sorted(m.user_id for m in target.memberships.all()) == sorted([ada.pk, bob.pk])
    assert list(Organisation.objects.current()) == [target]
    assert find_or_create_organisation("Town of Testing", "BE") == target
    assert find_or_create_organisation("Testing town", "BE") == target


def test_somebody_in_both_keeps_one_membership_the_confirmed_one():
    ada = make.person()
    source, target = make.organisation("One"), make.organisation("Two")
    when = timezone.now()
    make.member(ada, source, confirmed_at=when)
    make.member(ada, target)

    merge_organisation(source.pk, target.pk)

    assert list(Membership.objects.values_list("organisation", "confirmed_at")) == [
        (target.pk, when)
    ]


def test_merging_into_itself_a_signpost_or_elsewhere_is_refused():
    one, two, three = (make.organisation(name) for name in ("One", "Two", "Three"))
    with pytest.raises(Refused, match="in use"):
        merge_organisation(one.pk, one.pk)
    merge_organisation(one.pk, two.pk)

    with pytest.raises(Refused) as into_signpost:
        merge_organisation(three.pk, one.pk)
    with pytest.raises(Refused) as twice:
        merge_organisation(one.pk, three.pk)

    assert into_signpost.value.reason == "merged-already"
    assert twice.value.reason == "source-merged"


# --- Feedback -------------------------------------------------------------------------------


def feedback(**fields):
    from uuid import uuid4

    data = {"message": "The link is dead", "page": "/en/", "reply_to": "", "language": "en"}
    return give_feedback(fields.pop("token", uuid4()), **{**data, **fields})


def test_feedback_is_mailed_to_the_contact_address_once(jobs, settings):
    settings.DEFAULT_FROM_EMAIL = "academy@example.org"
    given = feedback(reply_to="ada@example.org")

    assert jobs.run() == ["participants.mail_feedback"]
    assert not mail_feedback(given.pk)

    (sent,) = mail.outbox
    assert (sent.to, sent.reply_to) == (["academy@example.org"], ["ada@example.org"])
    assert sent.body == "The link is dead\n\nPage: /en/"
    assert Feedback.objects.get().mailed_at


def test_the_same_form_twice_is_kept_and_mailed_once(jobs):
    first = feedback()

    assert feedback(token=first.token, message="Again") == first
    assert jobs.run() == ["participants.mail_feedback"]
    assert [f.message for f in Feedback.objects.all()] == ["The link is dead"]


def test_the_sweep_mails_what_a_lost_message_left(jobs):
    given = feedback()
    assert jobs.lose() == 1
    assert sweeps.run()["feedback"] == 0  # the worker gets two minutes first

    Feedback.objects.filter(pk=given.pk).update(created_at=timezone.now() - timedelta(minutes=3))

    assert sweeps.run()["feedback"] == 1
    assert sweeps.run()["feedback"] == 0
    assert len(mail.outbox) == 1


def test_a_worker_that_died_while_sending_is_followed_after_ten_minutes():
    given = feedback()
    now = timezone.now()
    Feedback.objects.filter(pk=given.pk).update(claimed_at=now)

    assert not mail_feedback(given.pk, now=now + timedelta(minutes=9))
    assert mail_feedback(given.pk, now=now + timedelta(minutes=11))


def test_a_mail_server_that_is_down_leaves_the_mail_to_be_sent(monkeypatch, caplog):
    given = feedback()
    Feedback.objects.filter(pk=given.pk).update(created_at=timezone.now() - timedelta(minutes=3))

    def down(self, *args):
        raise ConnectionRefusedError("ada@example.org")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)

    assert "feedback" not in sweeps.run()
    assert Feedback.objects.get().mailed_at is None
    assert "ada@" not in caplog.text
