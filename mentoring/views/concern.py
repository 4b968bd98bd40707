from django.http import HttpResponse


def concern(request):
    return HttpResponse()
