from csp.middleware import CSPMiddleware


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the public site; the editor's desk keeps one that Wagtail can live with."""
