#!/usr/bin/env python3
"""Django's command line for the Urban Academy."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.development")
    from django.core.management import execute_from_command_line

    from academy.settings.environment import EnvironmentIncomplete

    try:
        execute_from_command_line(sys.argv)
    except EnvironmentIncomplete as refusal:
        sys.exit(f"{refusal}")
