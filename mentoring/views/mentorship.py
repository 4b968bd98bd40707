from django.http import HttpResponse


def mentorship(request, pk):
    return HttpResponse()
