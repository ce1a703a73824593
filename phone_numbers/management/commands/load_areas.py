"""`load_areas [--if-missing]`: fill the table that says where a number is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from phone_numbers.models import AreaPrefix
from phone_numbers.services import areas


class Command(BaseCommand):
    """Load area names from libphonenumber's data."""

    help = "Loads the names of areas and countries from libphonenumber's data, for the Area column."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--if-missing`."""
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when the installed version's data is loaded already"
        )

    def handle(self, *_args: Any, if_missing: bool, **_options: Any) -> None:
        """Load, and say how many."""
        now = timezone.now()
        loaded = areas.ensure_areas(now=now) if if_missing else areas.load_areas(now=now)
        words = "loaded" if loaded else "already loaded"
        self.stdout.write(f"{AreaPrefix.objects.count():,} areas {words}.")
