from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

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
