"""Profile, organisations, photo and feedback."""

from importlib import import_module

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import Site

from home.models import SiteSettings
from participants.actions import save_profile
from participants.middleware import PersonMiddleware
from participants.models import Feedback, Organisation, Profile, User
from participants.states import Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db
PROFILE = "/en/account/profile/"
FEEDBACK = "/en/feedback/"


def answers(**fields):
    data = {
        "name": "Ada Tester",
        "country": "BE",
        "organisation": "Stad Gent",
        "language": "en",
        "time_zone": "Europe/Brussels",
        "privacy": "on",
    }
    return {key: value for key, value in {**data, **fields}.items() if value is not None}


# --- Profile --------------------------------------------------------------------------------


def test_visitors_are_asked_to_sign_in_first(client):
    for name in ("profile", "organisations"):
        url = reverse(f"participants:{name}")
        assert client.get(url).headers["Location"] == f"/en/account/login/?next={url}"


def test_the_first_form_is_short_and_can_be_left_for_later(as_person):
    page = as_person.get(f"{PROFILE}?next=/en/learn/").content.decode()

    assert "Welcome. A few words about you" in page
    assert '<a class="button quiet" href="/en/learn/">Not now</a>' in page


def test_never_ask_what_the_platform_must_not_know(as_person):
    names = set(as_person.get(PROFILE).context["form"].fields)

    assert names == {
        *("name", "country", "organisation", "role", "bio", "gender", "photo"),
        *("language", "time_zone", "public", "alumni_contact", "privacy"),
    }
    assert {f.name for f in Profile._meta.fields} == {
        *("user", "country", "organisation", "role", "gender", "bio", "photo"),
        *("public", "alumni_contact", "created_at", "updated_at"),
    }


def test_saving_keeps_everything_and_the_privacy_tick_is_asked_once(as_person, person):
    as_person.post(
        PROFILE,
        answers(bio="Housing.", role="trainer", gender="undisclosed", language="fr", public="on"),
    )

    profile = Profile.objects.get(user=person)
    person.refresh_from_db()
    assert (profile.bio, profile.role, profile.gender) == ("Housing.", "trainer", "undisclosed")
    assert (profile.public, profile.alumni_contact, person.language) == (True, False, "fr")
    form = as_person.get(PROFILE).context["form"]
    assert "privacy" not in form.fields
    assert form.initial["organisation"] == "Stad Gent"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "a@b.example"}, "name", "Write your name only, without an address."),
        ({"country": ""}, "country", "Choose the country you work in."),
        ({"country": "XX"}, "country", "Select a valid choice."),
        ({"organisation": "  "}, "organisation", "Write the name of your organisation."),
        ({"organisation": "?!"}, "organisation", "Write the name of your organisation."),
        ({"organisation": "x" * 201}, "organisation", "at most 200 characters"),
        ({"role": "emperor"}, "role", "Select a valid choice."),
        ({"gender": "x"}, "gender", "Select a valid choice."),
        ({"bio": "x" * 601}, "bio", "at most 600 characters"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Select a valid choice."),
        ({"privacy": None}, "privacy", "Please read the privacy notice and tick this"),
    ],
)
def test_a_mistake_is_said_and_the_rest_is_kept(as_person, fields, field, words):
    answer = as_person.post(PROFILE, answers(**{"bio": "Kept words", **fields}))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in answer.context["form"].errors[field][0]
    page = answer.content.decode()
    assert "<title>Error: " in page
    assert f'href="#id_{field}"' in page
    if field != "bio":
        assert "Kept words" in page
    assert not Profile.objects.exists()
    assert not Organisation.objects.exists()


def test_a_next_to_another_site_is_dropped(as_person):
    answer = as_person.post(f"{PROFILE}?next=https://evil.example/", answers())

    assert answer.headers["Location"] == PROFILE


def test_the_profile_takes_the_same_queries_whatever_there_is(
    as_person, django_assert_max_num_queries
):
    as_person.post(PROFILE, answers())
    for number in range(3):
        make.organisation(f"Town {number}")
    # What all pages share: made once, then remembered.
    SiteSettings.for_site(Site.objects.get(is_default_site=True))
    as_person.get(PROFILE)

    with django_assert_max_num_queries(9):
        as_person.get(PROFILE)


# --- Photo ----------------------------------------------------------------------------------


def with_photo(client, **options):
    answer = client.post(PROFILE, answers(photo=make.picture(**options)))
    assert answer.status_code == 302
    return Profile.objects.get(user__email="ada@example.org")


def test_a_photo_is_made_small_and_loses_what_the_camera_wrote(as_person):
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    profile = with_photo(as_person, size=(1600, 1200), exif=exif)

    stored = Image.open(profile.photo.open())
    assert (stored.format, stored.size) == ("JPEG", (480, 360))
    assert dict(stored.getexif()) == {}
    assert b"Camera of Ada" not in profile.photo.open().read()


def test_a_turned_photo_stands_upright(as_person):
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = with_photo(as_person, size=(400, 200), exif=exif)

    assert Image.open(profile.photo.open()).size == (200, 400)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_jpeg(as_person, kind):
    profile = with_photo(as_person, kind=kind)

    assert Image.open(profile.photo.open()).format == "JPEG"


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (lambda: make.picture(size=(5100, 5000), kind="PNG"), "more than 25 megapixels"),
        (lambda: make.picture(size=(16000, 16000), kind="PNG"), "more than 25 megapixels"),
        (lambda: make.picture(kind="GIF"), "We cannot read this file."),
        (lambda: SimpleUploadedFile("me.jpg", b"<svg><script/></svg>"), "We cannot read this"),
        (
            lambda: SimpleUploadedFile("me.jpg", make.picture().read()[:400], "image/jpeg"),
            "We cannot read this file.",
        ),
        (lambda: SimpleUploadedFile("me.jpg", b"\xff" * (5 * 2**20 + 1)), "more than 5 MB"),
    ],
)
def test_other_files_are_refused_in_words_before_they_are_unpacked(as_person, upload, words):
    answer = as_person.post(PROFILE, answers(photo=upload()))

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["photo"][0]
    assert not Profile.objects.exists()


def test_a_photo_can_be_removed(as_person, django_capture_on_commit_callbacks):
    profile = with_photo(as_person)
    name = profile.photo.name

    with django_capture_on_commit_callbacks(execute=True):
        as_person.post(PROFILE, answers(remove_photo="on"))

    assert not Profile.objects.get().photo
    assert not profile.photo.storage.exists(name)


def test_who_may_see_a_photo(client, person):
    save_profile(person.pk, country="BE", organisation="Gent", answers={"photo": make.picture()})
    url = reverse("participants:photo", args=[person.pk])

    def sees(user):
        client.force_login(user, backend=make.BACKEND)
        return client.get(url).status_code

    assert client.get(url).headers["Location"].startswith("/en/account/login/")
    assert (sees(person), sees(make.person())) == (200, 404)
    assert (sees(make.staff(Role.COORDINATOR)), sees(make.staff(Role.AUTHOR))) == (200, 404)

    Profile.objects.update(public=True)
    assert sees(make.person()) == 200
    assert client.get(url).headers["Cache-Control"] == "private, max-age=300"
    assert client.get(reverse("participants:photo", args=[10**6])).status_code == 404


# --- Suggestions ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_take_the_same_queries_for_one_and_three(
    as_person, count, django_assert_num_queries
):
    for number in range(count):
        make.organisation(f"Town {number}")

    with django_assert_num_queries(3):  # session, person, organisations
        page = as_person.get("/en/account/organisations/?organisation=tow&country=BE")

    assert page.content.decode().count("<option") == count


def test_a_name_with_markup_is_shown_as_it_is(as_person):
    make.organisation('Town "<script>')

    page = as_person.get("/en/account/organisations/?organisation=town").content.decode()

    assert "Town &quot;&lt;script&gt;" in page


def test_too_many_questions_get_no_answer_and_no_error(as_person, monkeypatch):
    profile = import_module("participants.views.profile")
    monkeypatch.setattr(profile, "SUGGESTIONS_A_MINUTE", 2)
    make.organisation("Town")
    url = "/en/account/organisations/?organisation=town"

    pages = [as_person.get(url) for _ in range(3)]

    assert [page.status_code for page in pages] == [200] * 3
    assert [page.content.decode().count("<option") for page in pages] == [1, 1, 0]


# --- Feedback -------------------------------------------------------------------------------


def test_everybody_may_open_the_feedback_page_and_gets_no_cookie(client):
    answer = client.get(f"{FEEDBACK}?page=/en/learn/")

    assert answer.status_code == 200
    assert 'name="page" value="/en/learn/"' in answer.content.decode()
    assert not answer.cookies


def test_every_page_has_the_form_at_its_foot(client):
    page = client.get("/en/account/login/?next=/en/").content.decode()

    assert "Is something wrong or missing on this page?" in page
    assert 'name="page" value="/en/account/login/?next=/en/"' in page


def test_a_visitor_is_thanked_and_brought_back(client):
    answer = client.post(FEEDBACK, {"message": "Dead link", "page": "/en/account/login/"})

    assert answer.headers["Location"] == "/en/account/login/"
    assert "Thank you. We read every message." in client.get("/en/account/login/").content.decode()
    given = Feedback.objects.get()
    assert (given.message, given.user, given.reply_to, given.language) == (
        "Dead link",
        None,
        "",
        "en",
    )


def test_somebody_signed_in_is_remembered(as_person, person):
    as_person.post(FEEDBACK, {"message": "Dead link", "page": "/en/"})

    assert Feedback.objects.get().user == person


def test_the_form_sent_twice_is_kept_once(client):
    data = {
        "message": "Dead link",
        "page": "/en/",
        "token": client.get(FEEDBACK).context["form"].initial["token"],
    }

    assert [client.post(FEEDBACK, data).status_code for _ in range(2)] == [302, 302]
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"message": " "}, "message", "Write a few words first."),
        ({"message": "x" * 4001}, "message", "at most 4000 characters"),
        ({"reply_to": "ada"}, "reply_to", "Write the address as name@example.org"),
        ({"token": "no-token"}, "token", "Enter a valid UUID."),
    ],
)
def test_a_mistake_in_feedback_keeps_the_input(client, fields, field, words):
    answer = client.post(
        FEEDBACK, {"message": "Dead link", "reply_to": "", "page": "/en/learn/", **fields}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in answer.context["form"].errors[field][0]
    page = answer.content.decode()
    assert 'name="page" value="/en/learn/"' in page
    if field != "message":
        assert "Dead link" in page
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_nobody_is_sent_to_another_site(client, page):
    answer = client.post(FEEDBACK, {"message": "Dead link", "page": page})

    assert answer.headers["Location"] == "/en/"


def test_a_robot_is_thanked_and_not_heard(client):
    answer = client.post(FEEDBACK, {"message": "Buy", "page": "/en/", "website": "x"})

    assert answer.status_code == 302
    assert not Feedback.objects.exists()


def test_another_sites_form_is_refused(client):
    data = {"message": "Dead link", "page": "/en/"}

    assert client.post(FEEDBACK, data, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert client.post(FEEDBACK, data, HTTP_ORIGIN="null").status_code == 403
    assert client.post(FEEDBACK, data, HTTP_ORIGIN="http://testserver").status_code == 302


def test_too_much_feedback_is_stopped_in_words_and_kept_in_the_form(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"feedback": "1/h/ip"}
    data = {"message": "Dead link", "page": "/en/"}
    client.post(FEEDBACK, data)

    answer = client.post(FEEDBACK, {**data, "message": "Another"})

    assert answer.status_code == 429
    assert "Wait an hour" in answer.context["form"].non_field_errors()[0]
    assert "Another" in answer.content.decode()
    assert Feedback.objects.count() == 1


def test_times_are_shown_in_the_persons_own_zone(rf, person, settings):
    User.objects.filter(pk=person.pk).update(time_zone="Europe/Athens")
    seen = []
    middleware = PersonMiddleware(lambda request: seen.append(timezone.get_current_timezone_name()))
    request = rf.get("/")
    request.user = User.objects.get(pk=person.pk)
    request.session = {}

    middleware(request)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    middleware(request)

    assert seen == ["Europe/Brussels", "Europe/Athens"]
    assert timezone.get_current_timezone_name() == "Europe/Brussels"
