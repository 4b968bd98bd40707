from wagtail.users.apps import WagtailUsersAppConfig


class PeopleDeskConfig(WagtailUsersAppConfig):
    """Wagtail's users app with our own listing and forms: people have one name and no user name."""

    user_viewset = "participants.desk.people.PersonViewSet"
