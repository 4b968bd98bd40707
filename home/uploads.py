"""Takes in no more of a request than the site could keep, however much is sent."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.urls import reverse


class OversizedFile(UploadedFile):
    """What remains of a file that was too large: its name and size. The form that gets it refuses
    it by its size, beside its field, and keeps what else was written."""

    def read(self, *args):
        return b""

    def seek(self, *args):
        return 0


def quota(request) -> int:
    """Bytes of files that one request may leave on the disk, even for a moment."""
    user = getattr(request, "user", None)
    if user is None or not user.has_perm("wagtailadmin.access_admin"):
        return settings.UPLOAD_QUOTA
    if request.path.startswith(reverse("wagtailmedia:index")):
        return settings.UPLOAD_QUOTA_MEDIA
    return settings.UPLOAD_QUOTA_STAFF


class QuotaUploadHandler(FileUploadHandler):
    """Stands before the handlers that store: once the quota is used up they receive nothing more.

    The rest of the request is read and dropped, so the browser gets an answer in words and not a
    broken connection. Only a stranger who announces too much is turned away at once."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self.left = quota(self.request)
        user = getattr(self.request, "user", None)
        is_stranger = user is None or not user.is_authenticated
        if content_length > settings.UPLOAD_CEILING or (
            is_stranger and content_length > self.left + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        ):
            raise RequestDataTooBig("The request announces more than this site takes.")

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.is_over = False

    def receive_data_chunk(self, raw_data, start):
        self.left -= len(raw_data)
        if self.left < 0 and not self.is_over:
            self.is_over = True
            self._drop_what_was_stored()
        return None if self.is_over else raw_data

    def _drop_what_was_stored(self):
        for handler in self.request.upload_handlers:
            if handler is not self:
                handler.upload_interrupted()

    def file_complete(self, file_size):
        if not self.is_over:
            return None
        return OversizedFile(None, self.file_name, self.content_type, file_size, self.charset)
