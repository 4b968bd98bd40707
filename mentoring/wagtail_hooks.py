from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from mentoring.desk import (
    applications,
    calls,
    concerns,
    export,
    figures,
    matches,
    mentorships,
    pairs,
    runs,
    screening,
)
from mentoring.permissions import CONCERNS, FIGURES, VIEW, is_officer


@hooks.register("register_admin_urls")
def desk_urls():
    list_view = applications.ApplicationsView
    call, one, run = (
        "mentoring/calls/<int:pk>/",
        "mentoring/applications/<int:pk>/",
        "mentoring/runs/<int:pk>/",
    )
    return [
        path("mentoring/", calls.calls, name="mentoring_calls"),
        path("mentoring/programmes/<int:pk>/", calls.programme, name="mentoring_programme"),
        path(call, calls.call, name="mentoring_call"),
        path(f"{call}settings/", calls.settings, name="mentoring_settings"),
        path(f"{call}move/", calls.move, name="mentoring_move"),
        path(f"{call}applications/", list_view.as_view(), name="mentoring_applications"),
        path(
            f"{call}applications/results/",
            list_view.as_view(results_only=True),
            name="mentoring_applications_results",
        ),
        path(f"{call}applications/decide/", applications.decide, name="mentoring_decide_many"),
        path(f"{call}applications/export/", export.export, name="mentoring_export"),
        path(one, screening.application, name="mentoring_application"),
        path(f"{one}ask/", screening.ask, name="mentoring_ask"),
        path(f"{one}decide/", screening.decide, name="mentoring_decide"),
        path(f"{one}conflict/", screening.conflict, name="mentoring_conflict"),
        path(f"{call}pairs/", pairs.pairs, name="mentoring_pairs"),
        path(f"{call}pairs/decide/", pairs.decide, name="mentoring_pair_decide"),
        path(f"{call}pairs/lift/", pairs.lift, name="mentoring_pair_lift"),
        path(f"{call}matches/", matches.matches, name="mentoring_matches"),
        path(f"{call}matches/rescind/", matches.rescind, name="mentoring_match_rescind"),
        path("mentoring/figures/", figures.overview, name="mentoring_all_figures"),
        path(f"{call}figures/", figures.figures, name="mentoring_figures"),
        path(f"{call}figures/export/", figures.figures_export, name="mentoring_figures_export"),
        path(f"{call}runs/", runs.runs, name="mentoring_runs"),
        path(f"{call}runs/ask/", runs.ask, name="mentoring_run_ask"),
        path(run, runs.run, name="mentoring_run"),
        path(f"{run}progress/", runs.progress, name="mentoring_run_progress"),
        path(f"{run}review/", runs.review, name="mentoring_run_review"),
        path(f"{run}publish/", runs.publish, name="mentoring_run_publish"),
    ]


@hooks.register("register_admin_menu_item")
def mentoring_menu_item():
    url = reverse("mentoring_calls")
    return MentoringItem(_("Mentoring"), url, icon_name="group", order=165)


class MentoringItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


@hooks.register("register_admin_menu_item")
def figures_menu_item():
    url = reverse("mentoring_all_figures")
    return FiguresItem(_("Mentoring figures"), url, icon_name="group", order=166)


class FiguresItem(MenuItem):
    """For those who read figures, and no applications."""

    def is_shown(self, request):
        return request.user.has_perm(FIGURES) and not request.user.has_perm(VIEW)


# --- Mentorships and concerns -----------------------------------------------------------------


@hooks.register("register_admin_urls")
def mentorship_urls():
    match, concern = "mentoring/mentorships/<int:pk>/", "mentoring/concerns/<int:pk>/"
    return [
        path(match, mentorships.mentorship, name="mentoring_mentorship"),
        path(f"{match}act/", mentorships.act, name="mentoring_mentorship_decide"),
        path("mentoring/concerns/", concerns.concerns, name="mentoring_concerns"),
        path(concern, concerns.concern, name="mentoring_concern"),
        path(f"{concern}move/", concerns.move_concern, name="mentoring_concern_move"),
        path(f"{concern}decide/", concerns.decide, name="mentoring_concern_decide"),
    ]


@hooks.register("register_admin_menu_item")
def concerns_menu_item():
    url = reverse("mentoring_concerns")
    return ConcernsItem(_("Concerns"), url, icon_name="lock", order=166)


class ConcernsItem(MenuItem):
    def is_shown(self, request):
        """Asks for the right first, which is known: then nobody else's page has a query more."""
        return request.user.has_perm(CONCERNS) and is_officer(request.user)
