"""The coordinator's and administrator's desk inside Wagtail's admin."""
