"""Makes the bucket for uploads where there is none yet: `python -m academy.bucket`.

For a store that begins empty, as the one in compose.yaml. Harmless when repeated; waits a minute
for a store that is still starting. A site that keeps its files in folders needs nothing.
"""

import os
import sys
import time
from typing import Any

SECONDS = 60


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.production")
    from django.core.files.storage import storages

    for alias in ("default", "private"):
        storage = storages[alias]
        if not hasattr(storage, "bucket_name"):
            print("Files lie in folders: there is no bucket to make.")
            return 0
        if said := make(storage, SECONDS):
            print(said, file=sys.stderr)
            return 1
    print("The bucket is there.")
    return 0


def make(storage: Any, seconds: float) -> str:
    """What went wrong, or nothing."""
    from botocore.exceptions import BotoCoreError, ClientError

    client, name = storage.connection.meta.client, storage.bucket_name
    until = time.monotonic() + seconds
    while True:
        try:
            if name not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
                client.create_bucket(Bucket=name)
            return ""
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > until:
                return f"The bucket {name} could not be made: {type(error).__name__}."
            time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
