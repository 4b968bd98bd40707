"""Static files as production serves them: hashed, compressed, one style sheet in place of many."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

FOLDER = "academy/css"
ONE_SHEET = f"{FOLDER}/all.css"
# Every page names its own sheets in an order that agrees with this one.
SHEETS = ["tokens", "base", "layout", "shell"]
SHEETS += [
    f"components/{name}"
    for name in ("form", "card", "outline", "course", "prose", "lesson", "facets", "front")
]


class Storage(CompressedManifestStaticFilesStorage):
    """A browser that comes for the first time waits for one sheet, and has those of all pages."""

    @property
    def one_sheet(self) -> str:
        """Its address; none before static files were collected."""
        return self.url(ONE_SHEET) if ONE_SHEET in self.hashed_files else ""

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run and f"{FOLDER}/tokens.css" in paths:
            self._join_sheets(paths)
        yield from super().post_process(paths, dry_run, **options)

    def _join_sheets(self, paths) -> None:
        with open(self.path(ONE_SHEET), "w", encoding="utf-8") as joined:
            for name in SHEETS:
                with self.open(f"{FOLDER}/{name}.css") as sheet:
                    joined.write(sheet.read().decode())
        paths[ONE_SHEET] = (self, ONE_SHEET)
