"""The translators' desk: what is to be translated into a language, and what changed since."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.models import Locale, Page
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import (
    UpdateTranslationsForm,
    UpdateTranslationsView,
)

from home import translations
from home.pagemap import SOURCE, page_map

PAGE_SIZE = 25
STATES = {
    translations.NEW: gettext_lazy("not translated"),
    translations.DRAFT: gettext_lazy("translation is a draft"),
    translations.CHANGED: gettext_lazy("source changed since"),
    translations.BEGUN: gettext_lazy("new texts taken over, not finished"),
}


def languages(request):
    """The first language that this person translates into."""
    return redirect("home_to_translate", _languages(request)[0].language_code)


def to_translate(request, code: str):
    """The pages that wait in one language; `state` and words of the title narrow the list."""
    locales = _languages(request)
    locale = _chosen(locales, code)
    chosen = {name: request.GET.get(name, "").strip() for name in ("state", "q")}
    rows = translations.to_translate(locale)
    if chosen["state"] in STATES:
        rows = rows.filter(translations.STATES[chosen["state"]])
    if chosen["q"]:
        rows = rows.filter(title__icontains=chosen["q"].replace("\0", "")[:200])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    found = translations.differences(list(page), locale)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "locales": locales,
        "locale": locale,
        "rows": [
            {
                "page": row,
                "trail": _trail(row),
                "state": STATES[translations.state_of(row)],
                "texts": sum(len(difference.new) for difference in found[row.pk]),
            }
            for row in page
        ],
        "page": page,
        "query": query.urlencode(),
        "chosen": chosen,
        "states": list(STATES.items()),
    }
    return TemplateResponse(request, "home/desk/to_translate.html", context)


def page_to_translate(request, code: str, page_id: int):
    """What changed in one page, text by text; POST does the next step and leads to the form."""
    locale = _chosen(_languages(request), code)
    source = get_object_or_404(Page.objects.live(), pk=page_id, locale__language_code=SOURCE)
    row = translations.to_translate(locale).filter(pk=page_id).first()
    if request.method == "POST":
        return _next_step(request, source, row, locale)
    twin = source.get_translation_or_none(locale)
    found = translations.differences([row], locale)[row.pk] if row else []
    context = {
        "page": source,
        "trail": _trail(source),
        "locale": locale,
        "row": row,
        "state": STATES[translations.state_of(row)] if row else None,
        "step": translations.step_of(row) if row else None,
        "twin": twin,
        "texts": [
            (_("What changed"), [one for one in found if one.changed]),
            (_("What is not translated yet"), [one for one in found if not one.changed]),
        ],
        "nothing_changed": not found,
    }
    return TemplateResponse(request, "home/desk/page_to_translate.html", context)


def _next_step(request, source: Page, row: Page | None, locale: Locale):
    """What the button says, unless somebody else did it meanwhile."""
    step = request.POST.get("step")
    if row is None or step != translations.step_of(row):
        messages.warning(request, _("Somebody else went on meanwhile. This is how it stands now."))
        return redirect("home_page_to_translate", locale.language_code, source.pk)
    if step == translations.CONFIRM:
        twin = source.get_translation(locale)
        if not twin.permissions_for_user(request.user).can_publish():
            raise PermissionDenied
        translations.confirm(twin)
        messages.success(request, _("The translation counts as up to date."))
        return redirect("home_to_translate", locale.language_code)
    if step == translations.TAKE_OVER:
        translations.take_over(source)
    twin = translations.draft_copy(source, locale, by=request.user)
    return redirect("wagtailadmin_pages:edit", twin.pk)


def _languages(request) -> list[Locale]:
    found = translations.languages_of(request.user)
    if not (found and request.user.has_perm("wagtail_localize.submit_translation")):
        raise PermissionDenied
    return found


def _chosen(locales: list[Locale], code: str) -> Locale:
    try:
        return next(locale for locale in locales if locale.language_code == code)
    except StopIteration:
        raise Http404 from None


def _trail(page: Page) -> list[str]:
    pages = page_map()
    node = pages.nodes.get(page.pk)
    return [above.title for above in pages.ancestors(node)[1:-1]] if node else []


# --- wagtail-localize's own screens, held to a person's languages ---------------------------------


class SubmitView(SubmitPageTranslationView):
    """Sends one page for translation, into the languages that this person translates into. Pages
    below it and pages that it links to are sent when somebody translates them."""

    def get_form(self):
        form = super().get_form()
        own = [locale.pk for locale in _languages(self.request)]
        form.fields["locales"].queryset = form.fields["locales"].queryset.filter(pk__in=own)
        form.fields["include_subtree"].widget = forms.HiddenInput()
        return form

    def form_valid(self, form):
        for locale in form.cleaned_data["locales"]:
            copy = translations.draft_copy(self.object, locale, by=self.request.user)
        messages.success(self.request, _("Drafts for the translators are made."))
        return redirect(self.get_success_url() or self.get_default_success_url(copy))


class UpdateForm(UpdateTranslationsForm):
    """Without its second field: nothing is published that nobody has translated."""

    publish_translations = forms.BooleanField(
        required=False, disabled=True, initial=False, widget=forms.HiddenInput
    )


class UpdateView(UpdateTranslationsView):
    """Takes the source's new text over for its translators, in all languages."""

    def get_form(self):
        return UpdateForm(self.request.POST if self.request.method == "POST" else None)

    def dispatch(self, request, *args, **kwargs):
        _languages(request)
        return super().dispatch(request, *args, **kwargs)


def refuse_untouched(request, page: Page):
    """wagtail-localize's form publishes after its transaction: too late to answer in words."""
    if request.POST.get("action") != "publish" or not translations.is_untouched(page):
        return None
    words = _("Nothing was published: no text of “%(page)s” is translated yet.")
    messages.error(request, words % {"page": page.get_admin_display_title()})
    return redirect("wagtailadmin_pages:edit", page.pk)


def no_aliases(request, page_id: int):
    """A page that has no translation falls back to the source; an alias would be public as well."""
    messages.warning(
        request,
        _("Pages are not turned into copies of their source here. Unpublish the page instead."),
    )
    return redirect("wagtailadmin_pages:edit", get_object_or_404(Page, pk=page_id).pk)
