import hashlib
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home import charts, rules
from home.blocks.base import IllustratedBlock

WORDS = {
    "negative": _("A bar cannot show a number below zero. Say it in the text instead."),
    "over_hundred": _("A share cannot be over 100 %. Check the numbers and the unit."),
    "same_label": _("Two rows have the same name. Tell them apart."),
    "year_in_future": _("The reference year lies in the future."),
    "year_too_early": _("The reference year must be 1950 or later."),
    "date_in_future": _("The access date lies in the future."),
    "seen_before_year": _("The access date lies before the reference year."),
}


class FigureValue(blocks.StructValue):
    """Knows the chart's geometry, so that the template only writes it down."""

    @cached_property
    def is_percentage(self) -> bool:
        return _figure(self).is_percentage

    @cached_property
    def unit_words(self) -> str:
        """The unit as it follows each number, or nothing where a title says it better."""
        unit = (self.get("unit") or "").strip()
        return f"\u00a0{unit}" if unit else ""

    @cached_property
    def decimals(self) -> int:
        """The same for all rows: 33.0 stands beside 19.8."""
        values = [row["value"] for row in self["rows"] if row["value"] is not None]
        exponents = [round(value, 4).normalize().as_tuple().exponent for value in values]
        return max([0, *(-e for e in exponents)])

    @cached_property
    def slug(self) -> str:
        """A name that is stable for the same figure and differs from its neighbours'."""
        words = "|".join([str(self.get("title")), str(self.get("reference_year"))])
        rows = "|".join(f"{row['label']}={row['value']}" for row in self["rows"])
        return "figure-" + hashlib.sha256(f"{words}|{rows}".encode()).hexdigest()[:10]

    @cached_property
    def _chart(self) -> tuple[list[dict], str]:
        rows = [(row["label"], row["value"] or Decimal(0)) for row in self["rows"]]
        unit, decimals = self.unit_words, self.decimals
        return charts.bars((n, v, number_format(v, decimals) + unit) for n, v in rows)

    @property
    def bars(self) -> list[dict]:
        """The rows with their places: texts of the name, bar and number, in em and percent."""
        return self._chart[0]

    @property
    def chart_height(self) -> str:
        return self._chart[1]

    @property
    def sentence(self) -> str:
        """The whole figure in words, for those who do not see the bars."""
        return "; ".join(f"{bar['label']}: {bar['number']}" for bar in self.bars)


def _figure(value) -> rules.Figure:
    rows = value.get("rows") or []
    return rules.Figure(
        unit=value.get("unit") or "",
        values=[row["value"] for row in rows if row["value"] is not None],
        labels=[row["label"] for row in rows if row["label"]],
        reference_year=value.get("reference_year"),
        accessed=value.get("accessed"),
    )


class FigureRowBlock(blocks.StructBlock):
    label = blocks.CharBlock(max_length=80, label=_("Name"))
    value = blocks.DecimalBlock(label=_("Number"), max_digits=15, decimal_places=4)

    class Meta:
        icon = "list-ol"
        label = _("Row")


class FigureBlock(IllustratedBlock):
    title = blocks.CharBlock(
        max_length=140, label=_("Title"), help_text=_("What is counted, where, and of whom.")
    )
    unit = blocks.CharBlock(
        max_length=30, required=False, label=_("Unit"), help_text=_("Such as %.")
    )
    rows = blocks.ListBlock(FigureRowBlock(), min_num=1, max_num=12, label=_("Rows"))
    source = blocks.CharBlock(max_length=255, label=_("Source"))
    source_url = blocks.URLBlock(required=False, label=_("Address of the source"))
    reference_year = blocks.IntegerBlock(
        label=_("Reference year"), help_text=_("The year that the numbers describe.")
    )
    accessed = blocks.DateBlock(
        label=_("Seen on"), help_text=_("The day on which somebody looked at the source.")
    )
    note = blocks.CharBlock(max_length=400, required=False, label=_("Note"))

    def mistakes(self, value):
        found = rules.figure_problems(_figure(value), today=timezone.localdate())
        return {name: WORDS[reason] for name, reason in found}

    def sample(self):
        return {
            "title": gettext("Unemployment in the EU by citizenship"),
            "unit": "%",
            "rows": [
                {"label": gettext("Non-EU citizens"), "value": Decimal("12.3")},
                {"label": gettext("Nationals"), "value": Decimal("5.1")},
            ],
            "source": gettext("Eurostat, Statistics Explained, labour market"),
            "source_url": "",
            "reference_year": 2024,
            "accessed": date(2025, 5, 12),
            "note": "",
        }

    class Meta:
        icon = "order"
        label = _("Figure")
        description = _("Numbers as bars and as a table, with source, year and access date.")
        template = "home/blocks/figure.html"
        value_class = FigureValue
