from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self):
        from courses import actions, register
        from participants import sweeps

        register.register_all()
        sweeps.register("courses that changed", actions.bring_up_to_date)
