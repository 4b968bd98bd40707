from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_localize.wagtail_hooks import ConvertToAliasPageActionMenuItem

from home.desk import translations as desk
from home.models import Topic


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    add_to_settings_menu = True
    list_display = ["name", "slug", "group", "position"]
    list_filter = ["group"]
    search_fields = ["name"]
    ordering = ["position"]


register_snippet(TopicViewSet)


# Before wagtail-localize's own, which answers in place of Wagtail's form.
hooks.register("before_edit_page", desk.refuse_untouched, order=-1)


@hooks.register("register_admin_urls")
def translation_urls():
    own = "translations/<str:code>/"
    return [
        path("translations/", desk.languages, name="home_translations"),
        path(own, desk.to_translate, name="home_to_translate"),
        path(f"{own}<int:page_id>/", desk.page_to_translate, name="home_page_to_translate"),
    ]


@hooks.register("register_admin_urls", order=-1)
def translation_urls_of_our_own():
    """Before wagtail-localize's, under the same addresses."""
    return [
        path("localize/submit/page/<int:page_id>/", desk.SubmitView.as_view()),
        path("localize/update/<int:translation_source_id>/", desk.UpdateView.as_view()),
        path("localize/page/<int:page_id>/convert_to_alias/", desk.no_aliases),
    ]


@hooks.register("construct_page_action_menu")
def offer_no_aliases(menu_items, request, context):
    menu_items[:] = [i for i in menu_items if not isinstance(i, ConvertToAliasPageActionMenuItem)]


@hooks.register("register_admin_menu_item")
def translations_menu_item():
    url = reverse("home_translations")
    return TranslationsItem(
        _("Translations"), url, icon_name="wagtail-localize-language", order=170
    )


class TranslationsItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("wagtail_localize.submit_translation")
