from wagtail import hooks

from academy.desk import ProgrammeViewSet


@hooks.register("register_admin_viewset")
def programmes():
    return ProgrammeViewSet()
