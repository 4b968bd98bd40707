from csp.middleware import CSPMiddleware
from django.conf import settings
from django.urls import reverse


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the public site; the editor's desk keeps one that Wagtail can live with.

    Wagtail's own screens hold inline scripts and styles, draw pictures before they are sent, and
    show previews in frames. Whatever else stands below its address gets the same policy."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path.startswith(reverse("wagtailadmin_home")):
            parts.update = {**settings.DESK_CONTENT_SECURITY_POLICY, **(parts.update or {})}
        return parts
