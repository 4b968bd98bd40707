from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.urls import serve_pattern
from wagtail.urls import urlpatterns as wagtail_urls

from academy import media, views
from credentials.views import permanent
from home.serving import serve
from schedule.views import feed

# Wagtail's own page look-up and log-in; the rest of its addresses stay (a page's password).
REPLACED = {"wagtail_serve", "wagtailcore_login"}

# Wagtail asks for this name whenever a page or document is for people with an account.
to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("admin/", include("participants.desk_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("home.urls")),
    path("credentials/<uuid:code>/", permanent, name="credential"),
    path("calendar/<str:token>.ics", feed, name="calendar_feed"),
    # Whatever else somebody typed: a page of the site would repeat the secret in its links.
    path("calendar/<path:token>", feed),
]

if settings.SERVE_MEDIA:
    urlpatterns += [path("media/<path:path>", media.serve, name="media")]
if getattr(settings, "MAIL_SERVICE", ""):
    from academy.mail import events

    urlpatterns += [path("mail-events/<str:secret>/", events)]
if settings.DEMO:
    urlpatterns += [path("demo/", include("academy.demo.urls"))]

urlpatterns += i18n_patterns(
    path("my-academy/", views.dashboard, name="dashboard"),
    path("my-academy/dates/", include("schedule.urls")),
    path("", include("participants.urls")),
    path("account/", include("participants.account_urls")),
    path("learn/", include("courses.urls")),
    path("mentoring/", include("mentoring.urls")),
    path("credentials/", include("credentials.urls")),
    path("", include([url for url in wagtail_urls if url.name not in REPLACED])),
    path("_util/login/", to_login, name="wagtailcore_login"),
    re_path(serve_pattern, serve, name="wagtail_serve"),
)

handler429 = "participants.views.too_often"  # allauth asks for it by this name
handler500 = "academy.trouble.server_error"
