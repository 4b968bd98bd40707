"""Criteria, rules and remedies of a matching, in words."""

from django.utils.translation import gettext_lazy as _

from mentoring.matching.profiles import Criterion
from mentoring.matching.rules import Remedy, Rule

CRITERIA = {
    Criterion.TOPICS: _("Topics"),
    Criterion.LANGUAGE: _("Language level"),
    Criterion.URBANISATION: _("Degree of urbanisation"),
    Criterion.SIZE: _("Size of the area"),
    Criterion.GOVERNMENT: _("Level of government"),
    Criterion.EXPERIENCE: _("Experience"),
    Criterion.AVAILABILITY: _("Times in common"),
}
RULES = {
    Rule.NO_CAPACITY: _("the mentor has no place left"),
    Rule.SAME_ORGANISATION: _("both work for the same organisation"),
    Rule.CONFLICT: _("one of the two declared a conflict"),
    Rule.ENDED: _("they were paired before, and that ended"),
    Rule.FORBIDDEN: _("a coordinator forbade this pair"),
    Rule.LANGUAGE: _("no language in common at the level needed"),
    Rule.PERIOD: _("too few days on which both are there"),
    Rule.NO_COMMON_TIME: _("no half-day in common"),
    Rule.BELOW_FLOOR: _("worth fewer points than the floor of the call"),
}
REMEDIES = {
    Remedy.LANGUAGE: _("another language, or a higher level"),
    Remedy.DATES: _("more days in the period"),
    Remedy.HALF_DAYS: _("more half-days"),
    Remedy.PLACES: _("one more place with the mentor"),
    Remedy.COORDINATOR: _("a decision of the coordinator"),
    Remedy.NOTHING: _("nothing"),
}
