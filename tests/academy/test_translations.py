"""Texts are found in code and templates, translated or named, and compiled without gettext."""

import gettext
import os
import re

import pytest
from babel.messages.catalog import Catalog

from academy import translations

TEMPLATE = """{% load i18n %}
  <p title="{% translate "It's here" %}">{{ x|default:_("None") }} “quotes” (unbalanced</p>
{% translate "May" context "month" %}{# Translators: no #}
{% blocktranslate trimmed count n=n %}
   One lesson
{% plural %}
   {{ n }} lessons
{% endblocktranslate %}"""
CODE = 'from x import y\nTITLE = _("Title %(name)s")\nngettext("one day", "many days", 2)\n'


@pytest.fixture
def base(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "courses").mkdir()
    (tmp_path / "courses" / "views.py").write_text(CODE)
    return tmp_path


def catalogue(base, *entries):
    path = translations.catalogue("fr", base)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    path.write_text("\n\n".join([header, *entries]))
    return path


def test_every_kind_of_text_is_found(base):
    found = {(m.id, m.context) for m in translations.extracted(base) if m.id}
    assert found == {
        ("It's here", None),
        ("None", None),
        ("May", "month"),
        (("One lesson", "%(n)s lessons"), None),
        ("Title %(name)s", None),
        (("one day", "many days"), None),
    }


def test_merging_keeps_translations_takes_out_old_texts_and_guesses_nothing(tmp_path):
    path = catalogue(tmp_path, 'msgid "Save"\nmsgstr "Enregistrer"', 'msgid "Gone"\nmsgstr "Parti"')
    template = Catalog()
    template.add("Save")
    template.add("Saved")
    translations.merge("fr", template, tmp_path)
    text = path.read_text()
    assert 'msgid "Save"\nmsgstr "Enregistrer"' in text
    assert 'msgid "Saved"\nmsgstr ""' in text
    assert "Gone" not in text
    before = path.read_bytes()
    translations.merge("fr", template, tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Hello %(name)s"\nmsgstr ""', "not translated"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "Bonjour %(name)s"', "not translated"),
        ('msgid "Hello %(name)s"\nmsgstr "Bonjour %(nom)s"', "placeholders differ"),
    ],
)
def test_a_faulty_translation_is_named(tmp_path, entry, fault):
    catalogue(tmp_path, entry)
    template = Catalog()
    template.add("Hello %(name)s", locations=[("x.py", 0)])
    assert [fault in line for line in translations.faults("fr", template, tmp_path)] == [True]


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path):
    path = catalogue(tmp_path, 'msgid "Save"\nmsgstr "Enregistrer"')
    compiled = path.with_suffix(".mo")
    assert translations.compile_catalogues(tmp_path) == [compiled]
    with compiled.open("rb") as readable:
        assert gettext.GNUTranslations(readable).gettext("Save") == "Enregistrer"
    assert translations.compile_catalogues(tmp_path) == []
    os.utime(path, (compiled.stat().st_mtime + 5,) * 2)
    assert translations.compile_catalogues(tmp_path) == [compiled]


def test_every_text_of_the_platform_is_translated():
    template = translations.extracted()
    assert [
        f for language in translations.LANGUAGES for f in translations.faults(language, template)
    ] == []


def test_no_module_asks_for_words_under_a_name_that_is_not_looked_for():
    imported = re.compile(r"^from django\.utils\.translation import (.+)$", re.MULTILINE)
    names = {
        name
        for path in translations.sources()
        if path.suffix == ".py"
        for names in imported.findall(path.read_text(encoding="utf-8"))
        for asked, _as, name in (part.strip().partition(" as ") for part in names.split(","))
        if "gettext" in asked and name
    }
    assert names
    assert names <= set(translations.KEYWORDS)
