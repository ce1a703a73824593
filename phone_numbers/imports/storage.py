"""The uploaded file: kept in the database in parts of a megabyte, spooled to an unlinked file for reading."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from phone_numbers.models import ImportChunk, ImportJob

CHUNK = 1024 * 1024


def keep(job: ImportJob, file: IO[bytes]) -> None:
    """Store a file's content with its job."""
    for position, data in enumerate(iter(lambda: file.read(CHUNK), b"")):
        ImportChunk.objects.create(account_id=job.account_id, job=job, position=position, data=data)


@contextmanager
def spooled(job: ImportJob) -> Iterator[IO[bytes]]:
    """Yield the file, open at its start, on this machine's disk for as long as it is read."""
    positions = range(ImportChunk.objects.filter(job=job).count())
    with tempfile.TemporaryFile() as file:
        for position in positions:
            file.write(ImportChunk.objects.get(job=job, position=position).data)
        file.seek(0)
        yield file


def forget(job_id: int) -> None:
    """Remove a job's file."""
    ImportChunk.objects.filter(job_id=job_id).delete()
