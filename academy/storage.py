"""Uploads in a bucket of an S3-compatible store. The bucket itself is closed to the public."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.encoding import filepath_to_uri
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

CHUNK = 256 * 1024


class Storage(S3Storage):
    """A file keeps its name for good, as on a disk; a store that is away is given up soon."""

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": 60,
            "max_memory_size": 1024 * 1024,
            "client_config": None,
        }

    def __init__(self, **options: Any) -> None:
        style = options.pop("addressing_style", "auto")
        options["client_config"] = Config(
            s3={"addressing_style": style},
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 2},
            # Stores other than Amazon's know no checksums at the end of a request.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(**options)

    def probe(self) -> None:
        """Raises when the bucket cannot be reached, or not be used with these keys."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)


class PrivateStorage(Storage):
    """Documents, photos, copies of data: handed out by views that ask who may have them. Where a
    view leads to the store, its link lasts a minute and saves the file under its name."""

    location = "private"

    def url(self, name: str, parameters: dict | None = None, **kwargs: Any) -> str:
        saved_as = content_disposition_header(True, name.rpartition("/")[2])
        headers = {
            "ResponseContentDisposition": saved_as,
            "ResponseContentType": "application/octet-stream",
            "ResponseCacheControl": "private, no-store",
        }
        return super().url(name, parameters=headers | (parameters or {}), **kwargs)


class PublicStorage(Storage):
    """Pictures, videos, captions. Their addresses stay the same for good."""

    location = "media"

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "public_url": "",
            "object_parameters": {"CacheControl": "public, max-age=3600"},
        }

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Captions come from the site itself: browsers take them from nowhere else."""
        inside = not self.public_url or name.startswith("captions/")
        base = settings.MEDIA_URL if inside else f"{self.public_url}/"
        return base + filepath_to_uri(name)

    def stored(self, name: str) -> "Stored":
        """Raises FileNotFoundError; also for a name that leads out of the public files."""
        try:
            key = self._normalize_name(name)
            head = self.connection.meta.client.head_object(Bucket=self.bucket_name, Key=key)
        except (ClientError, SuspiciousOperation) as error:
            if isinstance(error, ClientError) and _status(error) not in {400, 403, 404}:
                raise
            raise FileNotFoundError(name) from None
        return Stored(self, key, head)


class Stored:
    """One object, read in parts."""

    def __init__(self, storage: Storage, key: str, head: dict[str, Any]) -> None:
        self.storage, self.key = storage, key
        self.size: int = head["ContentLength"]
        self.modified: datetime = head["LastModified"]
        self.etag: str = head["ETag"]

    def part(self, wanted: range) -> bytes:
        return self._body(Range=f"bytes={wanted.start}-{wanted[-1]}").read()

    def chunks(self) -> Iterator[bytes]:
        yield from self._body().iter_chunks(CHUNK)

    def _body(self, **more: str) -> Any:
        """Never of another version than the one whose size and mark were told."""
        client = self.storage.connection.meta.client
        wish = {"Bucket": self.storage.bucket_name, "Key": self.key, "IfMatch": self.etag}
        return client.get_object(**wish, **more)["Body"]


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
