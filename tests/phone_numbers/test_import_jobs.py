"""Imports as jobs: the dry run, applying, leftovers, tenancy."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, AuditEvent, User
from accounts.products import Product
from common.scope import account_scope, all_accounts
from phone_numbers.models import (
    CampaignNumber,
    ImportChunk,
    ImportJob,
    ImportRow,
    NumberCount,
    NumberEvent,
)
from phone_numbers.services import imports
from phone_numbers.states import EventKind, ImportState, Origin
from tests import factories
from tests.phone_numbers import import_jobs
from tests.phone_numbers.import_jobs import applied, checked, csv_of, fictional_lines, held_by, outcomes, traces_of

EVERY_CHANGE = (
    "Label “Old” becomes “New”; Product Phone becomes Contact Center; Source Native becomes Bring your own carrier; "
    "Joins Spring"
)


@pytest.fixture(autouse=True)
def _some_areas(db: None) -> None:
    import_jobs.stand_in_areas()


def test_a_dry_run_says_of_each_line_what_it_would_do_and_changes_nothing(acme: Account) -> None:
    factories.make_number(acme, "+13035550100", label="Old", product=Product.PHONE)
    factories.make_number(acme, "+13035550101", label="Same", product=Product.PHONE)
    factories.make_campaign(acme, "Spring")
    before = traces_of(acme), held_by(acme)
    with account_scope(acme):
        job = checked(
            acme,
            csv_of(
                "303 555 0100,New,Contact Center,BYOC,spring",
                "(303) 555-0101,Same,Phone,,",
                "303-555-0102,Fresh,,,",
                "+1 303 555 0102,Again,,,",
                "12345,Bad,,,",
                "3035550103,x,,,Autumn",
            ),
        )
        assert outcomes(job) == {
            2: ("CHANGE", EVERY_CHANGE),
            3: ("SAME", ""),
            4: ("ADD", ""),
            5: ("REFUSE", "This is the same number as in line 4."),
            6: ("REFUSE", "A number of the US and its neighbors has 10 digits, this has 5."),
            7: ("REFUSE", "There is no campaign called “Autumn”. Create it first, or correct the name."),
        }
    assert (job.state, job.rows_total, job.to_add, job.to_change, job.same, job.refused) == ("checked", 6, 1, 1, 1, 3)
    assert (traces_of(acme), held_by(acme)) == before


def test_applying_adds_and_changes_and_writes_history_status_and_counters(acme: Account, owner: User) -> None:
    factories.make_number(acme, "+13035550100", label="Old", product=Product.PHONE)
    campaign = factories.make_campaign(acme, "Spring")
    job = applied(
        acme,
        csv_of(
            "3035550100,New,Contact Center,BYOC,Spring", "8005550101,Free,Phone,,", "4165550102,,,,Spring", "bad,,,,"
        ),
        actor=owner,
    )
    assert (job.state, job.added, job.changed, job.refused) == ("done", 2, 1, 1)
    assert held_by(acme) == [
        ("+13035550100", "New", 1, 2, "", "", 1, 2),
        ("+14165550102", "", 0, 1, "Canada", "", 0, 1),
        ("+18005550101", "Free", 2, 1, "Toll-free", "", 2, 1),
    ]
    with account_scope(acme):
        events = NumberEvent.objects.order_by("number__e164", "id")
        said = [(e.number.e164[-4:], EventKind(e.kind).label, e.from_value, e.to_value, e.actor_id) for e in events]
        assert {e.reason for e in events} == {
            "Import of numbers.csv",
            "Label: Import of numbers.csv",
            "Product: Import of numbers.csv",
            "Source: Import of numbers.csv",
            "Campaign: Import of numbers.csv",
        }
        assert set(CampaignNumber.objects.values_list("campaign_id", "number__e164")) == {
            (campaign.pk, "+13035550100"),
            (campaign.pk, "+14165550102"),
        }
        assert sum(NumberCount.objects.values_list("n", flat=True)) == 3
        assert sum(NumberCount.objects.filter(product=1, origin=2).values_list("n", flat=True)) == 1
        audit = AuditEvent.objects.get(action="numbers.imported")
    assert said == [
        ("0100", "Edited", "Old", "New", owner.pk),
        ("0100", "Edited", "Phone", "Contact Center", owner.pk),
        ("0100", "Edited", "Native", "Bring your own carrier", owner.pk),
        ("0100", "Edited", "", "Spring", owner.pk),
        ("0102", "Added", "", "", owner.pk),
        ("0101", "Added", "", "", owner.pk),
    ]
    assert (audit.actor_id, audit.detail) == (owner.pk, {"added": 2, "changed": 1, "refused": 1})


def test_the_area_is_that_of_the_longest_known_prefix(acme: Account) -> None:
    applied(acme, csv_of("3035550100,,,,", "3032345678,,,,", "2125550100,,,,"))
    assert [(row[0], row[4], row[5]) for row in held_by(acme)] == [
        ("+12125550100", "", ""),
        ("+13032345678", "Colorado", "CO"),
        ("+13035550100", "Denver, CO", "CO"),
    ]


def test_the_same_file_again_changes_nothing(acme: Account) -> None:
    content = csv_of(*fictional_lines(30))
    applied(acme, content)
    before = traces_of(acme), held_by(acme)
    job = applied(acme, content)
    assert (job.same, job.added, job.changed) == (30, 0, 0)
    assert (traces_of(acme), held_by(acme)) == before


def test_the_file_and_its_applied_lines_are_forgotten_and_the_refused_ones_kept(acme: Account) -> None:
    job = applied(acme, csv_of("3035550100,,,,", "bad,,,,"))
    with account_scope(acme):
        assert list(ImportRow.objects.values_list("line", flat=True)) == [3]
        assert not ImportChunk.objects.exists()
        assert ImportJob.objects.get(pk=job.pk).finished_at is not None


def test_a_number_that_came_in_meanwhile_is_changed_instead_of_added_twice(acme: Account) -> None:
    with account_scope(acme):
        job = checked(acme, csv_of("3035550100,From file,,,", "3035550101,From file,,,"))
    factories.make_number(acme, "+13035550100", label="From elsewhere")
    with account_scope(acme):
        imports.confirm(job, actor=None, now=timezone.now())
        job = imports.work_now(job, lines=None)
    assert (job.added, job.changed) == (1, 1)
    assert [row[1] for row in held_by(acme)] == ["From file", "From file"]


def test_a_second_confirmation_and_a_late_cancel_do_nothing(acme: Account) -> None:
    job = applied(acme, csv_of("3035550100,,,,"))
    before = traces_of(acme)
    with account_scope(acme):
        assert not imports.confirm(job, actor=None, now=timezone.now())
        assert not imports.cancel(job, now=timezone.now())
        imports.work_now(job, lines=None)
    assert traces_of(acme) == before


def test_a_cancelled_dry_run_leaves_nothing_and_cannot_be_applied(acme: Account) -> None:
    with account_scope(acme):
        job = checked(acme, csv_of("3035550100,,,,"))
        assert imports.cancel(job, now=timezone.now())
        assert not imports.confirm(job, actor=None, now=timezone.now())
        assert not ImportRow.objects.exists()
        assert not ImportChunk.objects.exists()
    assert held_by(acme) == []


def test_the_same_form_sent_twice_makes_one_job(acme: Account) -> None:
    token, content = uuid.uuid4(), csv_of("3035550100,,,,")
    with account_scope(acme):
        jobs = {
            imports.upload(
                acme,
                import_jobs.io.BytesIO(content),
                filename="a.csv",
                size=len(content),
                actor=None,
                now=timezone.now(),
                token=token,
            ).pk
            for _twice in range(2)
        }
        assert len(jobs) == 1
        assert ImportChunk.objects.count() == 1


def test_an_account_cannot_pile_up_imports(acme: Account, globex: Account) -> None:
    with account_scope(acme):
        for _each in range(imports.MAX_OPEN_JOBS):
            import_jobs.upload(acme, csv_of("3035550100,,,,"))
        with pytest.raises(imports.TooManyImportsError):
            import_jobs.upload(acme, csv_of("3035550100,,,,"))
    with account_scope(globex):
        import_jobs.upload(globex, csv_of("3035550100,,,,"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Number,Label\n", "no lines below it"),
        (b"Label\nx\n", "must be Number"),
        (b"Number\n" + b"3035550100\n" * 30 + b'"open', "Line 32: a quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_ends_refused_with_its_reason(acme: Account, content: bytes, words: str) -> None:
    with account_scope(acme):
        job = checked(acme, content)
        assert job.state == ImportState.REFUSED
        assert words in job.error
        assert not ImportRow.objects.exists()
        assert not ImportChunk.objects.exists()


def test_an_import_touches_no_other_account(acme: Account, globex: Account) -> None:
    factories.make_number(globex, "+13035550100", label="Theirs")
    factories.make_campaign(globex, "Secret")
    before = traces_of(globex), held_by(globex)
    job = applied(acme, csv_of("3035550100,Ours,Phone,BYOC,", "3035550101,,,,Secret"))
    assert (job.added, job.changed, job.refused) == (1, 0, 1)
    assert (traces_of(globex), held_by(globex)) == before
    with account_scope(globex):
        assert not ImportJob.objects.exists()


def test_old_imports_are_forgotten(acme: Account) -> None:
    old = applied(acme, csv_of("3035550100,,,,", "bad,,,,"))
    with account_scope(acme):
        waiting = checked(acme, csv_of("3035550101,,,,"))
    with all_accounts():
        imports.forget_old_imports(now=timezone.now() + timedelta(days=13))
        assert ImportJob.objects.get(pk=waiting.pk).state == ImportState.CHECKED
        imports.forget_old_imports(now=timezone.now() + timedelta(days=91))
        assert not ImportJob.objects.filter(pk=old.pk).exists()
        assert ImportJob.objects.get(pk=waiting.pk).state == ImportState.CANCELLED
        assert not ImportRow.objects.exists()


def test_an_origin_is_a_word_in_events(acme: Account) -> None:
    factories.make_number(acme, "+13035550100", origin=Origin.BYOC)
    applied(acme, csv_of("3035550100,,,native,"))
    with account_scope(acme):
        event = NumberEvent.objects.get()
    assert (event.from_value, event.to_value) == ("Bring your own carrier", "Native")
