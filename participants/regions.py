"""The table of statistical regions that the platform ships."""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from participants.countries import iso

DATA = Path(__file__).parent / "data"


def load(region_model: Any, version: str) -> int:
    """Adds the regions of a version, parents first. Those that are there stay as they are."""
    known = dict(region_model.objects.filter(version=version).values_list("code", "pk"))
    added = 0
    for level, rows in groupby(_rows(version), key=lambda row: int(row["level"])):
        created = region_model.objects.bulk_create(
            region_model(
                code=row["code"],
                version=version,
                name=row["name"],
                level=level,
                country=iso(row["country"]),
                parent_id=known.get(row["code"][:-1]),
            )
            for row in rows
            if row["code"] not in known
        )
        known.update({region.code: region.pk for region in created})
        added += len(created)
    return added


def _rows(version: str) -> Iterator[dict[str, str]]:
    with (DATA / f"nuts-{version}.csv").open(encoding="utf-8", newline="") as file:
        yield from sorted(csv.DictReader(file), key=lambda row: (row["level"], row["code"]))
