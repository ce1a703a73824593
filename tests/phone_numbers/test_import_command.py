"""`import_numbers` and `load_areas`: the same import from a shell, and the table of areas."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from common.area_data import short_name, state_of
from common.scope import account_scope, all_accounts
from phone_numbers.models import AreaPrefix, AreaRelease, Country, ImportJob, PhoneNumber
from phone_numbers.services import areas, inventory
from phone_numbers.services.inventory import NewNumber, UnknownCampaignError
from tests import factories
from tests.phone_numbers.import_jobs import csv_of, fictional_lines, traces_of

MEGABYTE = 1024


@pytest.fixture
def loaded(db: None) -> None:
    """Stand in for the library's data where the test is not about it."""
    AreaRelease.objects.create(version=areas.phonenumbers.__version__, loaded_at=factories.NOW)


def run(file: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_numbers", str(file), *options, account="acme", stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.csv"
    path.write_bytes(csv_of(*fictional_lines(3), "bad,,,,", header="Number,Label,Product,Source,Notes"))
    return path


@pytest.mark.usefixtures("loaded")
def test_the_command_prints_notes_refused_lines_and_counts_and_applies(acme: Account, file: Path) -> None:
    said = run(file)
    assert "Note: Columns that an import does not use: “Notes”." in said
    assert "Line 5: bad: It contains letters. Write the digits instead." in said
    assert "4 lines: 3 to add, 0 to change, 0 the same, 1 refused." in said
    assert "3 added, 0 changed." in said
    assert traces_of(acme)["PhoneNumber"] == 3


@pytest.mark.usefixtures("loaded")
def test_a_dry_run_changes_nothing(acme: Account, file: Path) -> None:
    said = run(file, "--dry-run")
    assert "3 to add" in said
    assert "nothing was changed" in said
    assert traces_of(acme)["PhoneNumber"] == 0
    with account_scope(acme):
        assert ImportJob.objects.get().state == "cancelled"


@pytest.mark.usefixtures("loaded", "acme")
def test_what_cannot_be_imported_ends_the_command_in_words(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Label\nx\n")
    with pytest.raises(CommandError, match="must be Number"):
        run(wrong)
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="no account “nobody”"):
        call_command("import_numbers", str(wrong), account="nobody")


def test_areas_are_loaded_once_per_version_of_the_library(db: None) -> None:
    AreaRelease.objects.create(version="0.0.1", loaded_at=factories.NOW)
    AreaPrefix.objects.create(prefix="1", area="Old", state="")
    assert areas.ensure_areas(now=timezone.now())
    assert not areas.ensure_areas(now=timezone.now())
    release = AreaRelease.objects.get()
    assert release.version == areas.phonenumbers.__version__
    known = AreaPrefix.objects.in_bulk(["1", "1303", "1310", "1800", "1416", "4420"])
    assert {prefix: (one.area, one.state) for prefix, one in known.items()} == {
        "1303": ("Colorado", "CO"),
        "1310": ("California", "CA"),
        "1800": ("Toll-free", ""),
        "1416": ("Ontario", ""),
        "4420": ("London", ""),
    }
    assert Country.objects.get(code="JM").name == "Jamaica"
    out = io.StringIO()
    call_command("load_areas", "--if-missing", stdout=out)
    assert "already loaded" in out.getvalue()


@pytest.mark.parametrize(
    ("area", "state"),
    [
        ("Denver, CO", "CO"),
        ("Colorado", "CO"),
        ("Washington State", "WA"),
        ("Washington D.C.", "DC"),
        ("Beverly Hills/Los Angeles, California", "CA"),
        ("San Juan, PR", "PR"),
        ("Toronto, ON", ""),
        ("Toll-free", ""),
    ],
)
def test_the_state_of_an_area_is_its_postal_code(area: str, state: str) -> None:
    assert state_of(area) == state


def test_a_long_list_of_places_loses_the_last_ones() -> None:
    assert short_name("/".join(["Bathurst"] * 20)) == "/".join(["Bathurst"] * 9)
    assert len(short_name("x" * 100)) == 80


@pytest.mark.usefixtures("loaded")
def test_numbers_are_added_by_code_with_status_event_and_campaigns(acme: Account) -> None:
    factories.make_campaign(acme, 'Odd "name", {1}\\')
    rows = [
        NewNumber("+13035550100", "US", label='Com,ma "quote"', campaigns=('Odd "name", {1}\\',)),
        NewNumber("+13035550101", "US"),
        NewNumber("+13035550101", "US", label="twice"),
    ]
    assert inventory.add_numbers(acme, rows, now=factories.NOW) == 2
    assert inventory.add_numbers(acme, rows, now=factories.NOW) == 0
    assert traces_of(acme) == {"PhoneNumber": 2, "NumberStatus": 2, "NumberEvent": 2, "CampaignNumber": 1}
    with account_scope(acme):
        assert list(PhoneNumber.objects.order_by("e164").values_list("label", flat=True)) == ['Com,ma "quote"', ""]


@pytest.mark.usefixtures("loaded")
def test_a_campaign_that_is_missing_adds_nothing(acme: Account) -> None:
    rows = [NewNumber("+13035550100", "US"), NewNumber("+13035550101", "US", campaigns=("Nowhere",))]
    with pytest.raises(UnknownCampaignError, match="Nowhere"):
        inventory.add_numbers(acme, rows, now=factories.NOW)
    assert traces_of(acme)["PhoneNumber"] == 0


CHILD = """
import json, re, sys, time, django
django.setup()
from django.core.management import call_command
begun = time.monotonic()
call_command("import_numbers", sys.argv[1], account="acme", stdout=open("/dev/null", "w"))
print(json.dumps({
    "seconds": time.monotonic() - begun,
    "kilobytes": int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]),
    "geocoder": any(name in sys.modules for name in ("phonenumbers.geodata", "phonenumbers.geocoder")),
}))
"""


def _import_in_a_process_of_its_own(file: Path) -> dict[str, float]:
    address = connection.settings_dict
    url = f"postgres://{address['USER']}:{address['PASSWORD']}@{address['HOST']}:{address['PORT']}/{address['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(file)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "reputation_portal.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("loaded")
def test_a_hundred_thousand_rows_take_little_memory_and_no_geocoder(acme: Account, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    with file.open("w") as lines:
        lines.write("Number,Label\n")
        lines.writelines(f"+1303{200 + n // 10_000}{n % 10_000:04d},Line {n}\n" for n in range(100_000))
    measured = _import_in_a_process_of_its_own(file)
    with all_accounts():
        job = ImportJob.objects.get()
    assert (job.state, job.added + job.refused) == ("done", 100_000)
    assert job.added > 90_000
    assert not measured["geocoder"]
    assert measured["kilobytes"] < 200 * MEGABYTE
    print(f"100,000 rows in {measured['seconds']:.1f} s, {measured['kilobytes'] / MEGABYTE:.0f} MB")
