import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from academy.demo.mail import EmailBackend

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings, tmp_path):
    settings.ROOT_URLCONF = "tests.academy.demo_urls"
    settings.DEMO_MAIL_DIR = tmp_path / "mail"
    return settings.DEMO_MAIL_DIR


def send(subject="Καλημέρα 🎒", text="Code: ABC123", html=""):
    mail = EmailMultiAlternatives(subject, text, "academy@example.org", ["ada@example.org"])
    if html:
        mail.attach_alternative(html, "text/html")
    EmailBackend().send_messages([mail])


def test_without_mails_the_page_says_so(client, post):
    assert client.get(reverse("demo:mail_list")).status_code == 200


def test_mails_are_listed_newest_first_and_can_be_read(client, post):
    send("First")
    send()
    words = client.get(reverse("demo:mail_list")).content.decode()
    assert words.index("Καλημέρα 🎒") < words.index("First")
    name = sorted(path.stem for path in post.glob("*.eml"))[-1]
    assert "ABC123" in client.get(reverse("demo:mail_detail", args=[name])).content.decode()


def test_a_designed_mail_is_shown_where_no_script_can_run(client, post):
    send(html="<script>alert(1)</script><p>Hello</p>")
    name = next(post.glob("*.eml")).stem
    answer = client.get(reverse("demo:mail_as_designed", args=[name]))
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    detail = client.get(reverse("demo:mail_detail", args=[name])).content.decode()
    assert "<script>alert(1)" not in detail


@pytest.mark.parametrize("name", ["nothing", "20260101T000000000000-" + "0" * 32, "a" * 300])
def test_a_mail_that_does_not_exist_is_not_found(client, post, name):
    assert client.get(f"/demo/mail/{name}/", follow=True).status_code == 404


def test_other_settings_have_no_such_page(client):
    assert client.get("/demo/mail/", follow=True).status_code == 404


def test_the_time_of_a_mail_is_the_time_of_the_site(client, post):
    send()
    [file] = post.glob("*.eml")
    text = file.read_text()
    date = next(line for line in text.splitlines() if line.startswith("Date:"))
    file.write_text(text.replace(date, "Date: Tue, 24 Nov 2026 14:09:46 -0000"))
    assert (
        "24 November 2026, 15:09:46 CET" in client.get(reverse("demo:mail_list")).content.decode()
    )
