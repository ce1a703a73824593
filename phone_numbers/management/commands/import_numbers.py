"""`import_numbers FILE --account SLUG [--dry-run]`: the import of the page, from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.models import ImportJob
from phone_numbers.selectors import imports as selectors
from phone_numbers.services import areas, imports
from phone_numbers.states import ImportState


class Command(BaseCommand):
    """Check a file of numbers, print what it would do and which lines are refused, and apply it."""

    help = "Imports numbers from a CSV or XLSX file into an account."
    requires_system_checks = ()  # they load every page of the portal, for longer than a small file takes

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, the account and `--dry-run`."""
        parser.add_argument("file", type=Path, help="a .csv, .txt, .tsv or .xlsx file")
        parser.add_argument("--account", required=True, metavar="SLUG", help="the account that gets the numbers")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *_args: Any, file: Path, account: str, dry_run: bool, **_options: Any) -> None:
        """Run the import to its end."""
        owner = Account.objects.filter(slug=account).first()
        if owner is None:
            raise CommandError(f"There is no account “{account}”. create_account makes one.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        areas.ensure_areas(now=timezone.now())
        with account_scope(owner):
            self._run(owner, file, dry_run=dry_run)

    def _run(self, account: Account, file: Path, *, dry_run: bool) -> None:
        job = self._checked(account, file)
        self._tell(job)
        if dry_run:
            imports.cancel(job, now=timezone.now())
            self.stdout.write("Dry run: nothing was changed.")
            return
        imports.confirm(job, actor=None, now=timezone.now())
        job = _work_to(job, ImportState.DONE)
        self.stdout.write(f"{job.added:,} added, {job.changed:,} changed.")

    def _checked(self, account: Account, file: Path) -> ImportJob:
        size, now = file.stat().st_size, timezone.now()
        try:
            with file.open("rb") as content:
                job = imports.upload(account, content, filename=file.name, size=size, actor=None, now=now)
        except imports.TooManyImportsError:
            raise CommandError("Too many imports of this account wait. Apply or cancel one on the page.") from None
        return _work_to(job, ImportState.CHECKED)

    def _tell(self, job: ImportJob) -> None:
        """Print the notes, the refused lines and the totals of a dry run."""
        for note in job.notes:
            self.stdout.write(f"Note: {note}")
        for line, given, reason in selectors.refused_lines(job):
            self.stdout.write(f"Line {line}: {given}: {reason}")
        self.stdout.write(
            f"{job.rows_total:,} lines: {job.to_add:,} to add, {job.to_change:,} to change, {job.same:,} the same, "
            f"{job.refused:,} refused."
        )


def _work_to(job: ImportJob, wanted: ImportState) -> ImportJob:
    """Work on the job here until it is in the wanted state; a worker may do a part of it."""
    job = imports.work_to_the_end(job)
    if job.state != wanted:
        raise CommandError(job.error or f"The import is {job.get_state_display().lower()}.")
    return job
