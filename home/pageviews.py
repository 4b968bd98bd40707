from django.utils.module_loading import import_string


class ServedByView:
    """A page type whose answers are made by a view function, named by its path.

    The view gets the request and the page, for visitors and for the editor's preview alike
    (`request.is_preview` tells), so models need not know about templates.
    """

    view: str
    # A view for the address of a page that is not public any more; None where there is none.
    gone: str | None = None

    def serve(self, request, *args, **kwargs):
        request.is_preview = False
        return import_string(self.view)(request, self)

    def serve_preview(self, request, mode_name):
        request.is_preview = True
        return import_string(self.view)(request, self)
