from django.core.management.base import BaseCommand, CommandError

from academy import translations


class Command(BaseCommand):
    help = "Extracts, checks or compiles the texts of the interface."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("step", choices=["extract", "check", "compile"])

    def handle(self, *args, step, **options):
        getattr(self, f"_{step}")()

    def _extract(self):
        template = translations.extracted()
        for language in translations.LANGUAGES:
            path = translations.merge(language, template)
            left = len(translations.faults(language, template))
            self.stdout.write(f"{path.relative_to(translations.BASE)}: {left} texts left to do")

    def _check(self):
        template = translations.extracted()
        found = [
            fault
            for language in translations.LANGUAGES
            for fault in translations.faults(language, template)
        ]
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(
                f"{len(found)} texts to translate: run manage.py translations extract, edit locale/"
            )
        self.stdout.write(f"{len(template)} texts are translated.")

    def _compile(self):
        for path in translations.compile_catalogues():
            self.stdout.write(f"Compiled {path.relative_to(translations.BASE)}")
