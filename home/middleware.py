from home import tree


class TreeVersionMiddleware:
    """Reads the version of the page tree at most once a request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with tree.once_a_request():
            return self.get_response(request)
