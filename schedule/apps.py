from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "schedule"

    def ready(self):
        from participants import sweeps
        from schedule import actions, register

        register.register_all()
        sweeps.register("dates that are long over", actions.forget_old)
