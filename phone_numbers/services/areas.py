"""Loading libphonenumber's area names into tables, once per version of the library."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import datetime
from typing import IO

import phonenumbers
import structlog
from django.conf import settings
from django.db import connection, transaction

from phone_numbers.models import AreaPrefix, AreaRelease, Country
from phone_numbers.services import areas_sql

logger = structlog.get_logger(__name__)


class AreaDataError(RuntimeError):
    """The process that prints the library's data failed."""


def areas_are_current() -> bool:
    """Tell whether the tables hold the data of the library's installed version."""
    return AreaRelease.objects.filter(version=phonenumbers.__version__).exists()


def ensure_areas(*, now: datetime) -> bool:
    """Load the area names unless they are current; return whether they were loaded. Several may call at once."""
    return False if areas_are_current() else load_areas(now=now, force=False)


def load_areas(*, now: datetime, force: bool = True) -> bool:
    """Load the area names; without `force` a second caller that waited for the first does nothing."""
    with tempfile.TemporaryFile() as data:
        _print_data(data)
        with transaction.atomic():
            _wait_for_turn()
            if areas_are_current() and not force:
                return False
            _replace(data, now)
    logger.info("areas loaded", version=phonenumbers.__version__, prefixes=AreaPrefix.objects.count())
    return True


def _print_data(data: IO[bytes]) -> None:
    """Run the library's geocoder in a process of its own, whose 300 MB are gone when it ends."""
    done = subprocess.run(
        [sys.executable, "-m", "common.area_data"],
        stdout=data,
        stderr=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        check=False,
        timeout=90,
    )
    if done.returncode:
        raise AreaDataError(f"Area names could not be read: {done.stderr.decode(errors='replace')[-500:]}")
    data.seek(0)


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(areas_sql.LOCK)


def _replace(data: IO[bytes], now: datetime) -> None:
    """Replace the three tables' content by the printed data."""
    with connection.cursor() as cursor:
        cursor.execute(areas_sql.CREATE_STAGED)
        cursor.copy_expert(areas_sql.COPY_STAGED, data)
        for model in (AreaPrefix, Country, AreaRelease):
            model.objects.all().delete()
        cursor.execute(areas_sql.FILL_PREFIXES)
        cursor.execute(areas_sql.FILL_COUNTRIES)
    AreaRelease.objects.create(version=phonenumbers.__version__, loaded_at=now)
