from django.http import HttpRequest, HttpResponse


def person(request: HttpRequest) -> HttpResponse:
    """Django alone: the session and whoever is signed in."""
    return HttpResponse(f"{request.user.name} {request.session.get('bench', 0)}")
