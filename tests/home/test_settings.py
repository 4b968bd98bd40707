import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Site

from home import rules
from home.models import SiteSettings


@pytest.fixture
def chosen(db):
    return SiteSettings.for_site(Site.objects.get(is_default_site=True))


def colours(chosen, light, dark):
    """{field: words} of what is wrong with a pair of colours."""
    chosen.colour_light, chosen.colour_dark = light, dark
    try:
        chosen.full_clean()
    except ValidationError as error:
        return {field: words[0] for field, words in error.message_dict.items()}
    return {}


def test_readable_colours_are_taken(chosen):
    assert colours(chosen, "#0b4f9e", "#8fc1ff") == {}
    assert colours(chosen, "", "") == {}


def test_a_colour_that_cannot_be_read_is_refused_with_its_contrast(chosen):
    assert colours(chosen, "#8fc1ff", "#8fc1ff") == {
        "colour_light": "This colour is too close to the paper: 1.7 to 1, and text needs 4.5 to 1. "
        "Choose a darker one for light pages, a lighter one for dark pages."
    }
    assert set(colours(chosen, "#0b4f9e", "#0b4f9e")) == {"colour_dark"}


def test_both_colours_are_given_or_none(chosen):
    words = "Give both colours, or leave both empty."
    assert colours(chosen, "#0b4f9e", "") == {"colour_dark": words}
    assert colours(chosen, "", "#8fc1ff") == {"colour_light": words}


@pytest.mark.parametrize("text", ["blue", "#fff", "#0b4f9", "#00000;}body{", "#0b4f9e\n"])
def test_only_a_colour_is_a_colour(chosen, text):
    assert "colour_light" in colours(chosen, text, "#8fc1ff")


def test_the_papers_of_the_rule_are_those_of_the_style(settings):
    tokens = (settings.BASE_DIR / "academy/static/academy/css/tokens.css").read_text()
    pairs = zip(rules.PAPER_LIGHT, rules.PAPER_DARK, strict=True)
    for name, (light, dark) in zip(("paper", "paper-tint"), pairs, strict=True):
        assert f"--{name}: light-dark({light}, {dark});" in tokens


def test_the_sites_colours_come_as_a_stylesheet_whose_address_changes_with_them(chosen, client):
    assert chosen.css_url is None
    chosen.colour_light, chosen.colour_dark = "#0b4f9e", "#8fc1ff"
    chosen.save()
    response = client.get(chosen.css_url)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert response.content.decode().startswith(
        ":root { --brand: light-dark(#0b4f9e, #8fc1ff); --brand-strong: light-dark("
    )
    before = chosen.css_url
    chosen.colour_light = "#083a76"
    assert chosen.css_url != before


def test_anyone_may_read_the_stylesheet_and_nobody_may_post_to_it(chosen, client):
    assert client.get(reverse("home:site_css")).content == b""
    assert client.post(reverse("home:site_css")).status_code == 405


def test_settings_are_changed_by_those_who_may(chosen, desk, client):
    address = reverse("wagtailsettings:edit", args=["home", "sitesettings", chosen.site_id])
    form = {"name": "Academy of the North", "colour_light": "#ffff00", "colour_dark": "#8fc1ff"}
    response = desk.post(address, form)
    assert set(response.context["form"].errors) == {"colour_light"}
    assert response.context["form"]["name"].value() == "Academy of the North"

    assert desk.post(address, form | {"colour_light": "#083a76"}).status_code == 302
    chosen.refresh_from_db()
    assert (chosen.name, chosen.colour_light) == ("Academy of the North", "#083a76")
    assert client.get(address).status_code == 302
