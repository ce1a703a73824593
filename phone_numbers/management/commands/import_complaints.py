"""`import_complaints FILE`: take a file of reported calls, as agencies publish it (B13)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from phone_numbers.feeds import complaints
from phone_numbers.feeds.complaint_file import ComplaintFileError


class Command(BaseCommand):
    """Prints counts only: the file names real lines."""

    help = "Take the complaints about numbers in some account from a file of the FTC (CSV, packed by gzip or not)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and the agency."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", choices=[complaints.FTC], default=complaints.FTC)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the file and print the report, or say in words why it cannot be taken."""
        try:
            report = complaints.import_file(options["file"], agency=options["agency"], now=timezone.now())
        except ComplaintFileError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        self.stdout.write("\n".join(report_lines(report)))


def report_lines(report: complaints.ComplaintReport) -> list[str]:
    """Return the report in words, a line per fact."""
    days = f", {report.first_day} to {report.last_day}" if report.first_day else ""
    kind = "days and numbers only" if report.date_only else "full rows"
    lines = [f"Read {report.read:,} rows ({kind}{days}).", f"Blank numbers: {report.blank:,}"]
    lines += [f"Unreadable, {trouble}: {n:,}" for trouble, n in sorted(report.unreadable.items())]
    lines += [f"Repeats inside the file: {report.repeats:,}"]
    lines += [f"{day} stands twice in the file: {n:,} rows left out" for day, n in sorted(report.halved.items())]
    if report.halved:
        lines += [f"Left out of days that stand twice: {sum(report.halved.values()):,} rows"]
    lines += [f"About numbers in some account: {report.matched:,}"]
    lines += [f"Known before: {report.known:,}"]
    lines += [f"Known in full rows, date-only row not kept: {report.in_full:,}"]
    lines += [f"Date-only rows that full rows stand for now: {report.replaced:,}"]
    lines += [f"Kept for {slug}: {n:,}" for slug, n in sorted(report.kept.items())] or ["Kept: none"]
    return lines
