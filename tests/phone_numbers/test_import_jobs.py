"""Imports as jobs: the dry run, applying exactly once, kills, races, tenancy."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, AuditEvent, User
from accounts.products import Product
from common.scope import account_scope, all_accounts
from phone_numbers.imports import apply_step, check_step, leases
from phone_numbers.imports.turn import Turn
from phone_numbers.models import (
    AreaPrefix,
    AreaRelease,
    CampaignNumber,
    Country,
    ImportChunk,
    ImportJob,
    ImportRow,
    NumberCount,
    NumberEvent,
    PhoneNumber,
)
from phone_numbers.services import areas, imports
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
    """Stand in for the library's data: loading it takes seconds, and has a test of its own."""
    AreaRelease.objects.create(version=areas.phonenumbers.__version__, loaded_at=factories.NOW)
    AreaPrefix.objects.create(prefix="1303", area="Colorado", state="CO")
    AreaPrefix.objects.create(prefix="1303555", area="Denver, CO", state="CO")
    AreaPrefix.objects.create(prefix="1800", area="Toll-free", state="")
    Country.objects.create(code="CA", name="Canada")


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


def test_a_cancel_during_the_check_stops_the_worker(acme: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_step, "BATCH", 10)
    with account_scope(acme):
        job = import_jobs.upload(acme, csv_of(*fictional_lines(30)))
        _before(monkeypatch, check_step, "_keep", at=2, do=lambda: imports.cancel(job, now=timezone.now()))
        job = imports.work_now(job, lines=None)
        assert job.state == ImportState.CANCELLED
        assert not ImportRow.objects.exists()


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


# --- Stops and races ------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for a kill: nothing between it and the test may handle it."""


def _before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, at: int, do: Callable[[], object]) -> None:
    """Run something right before the `at`-th call of a function of ours, which then runs as always."""
    calls, real = iter(range(1, 1_000)), getattr(module, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == at:
            do()
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, wrapped)


def _kill() -> None:
    raise Killed


def _lease_runs_out() -> None:
    """Let the killed worker's lease end, as time would."""
    with all_accounts():
        ImportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def _resume(job: ImportJob) -> ImportJob:
    _lease_runs_out()
    return imports.work_now(job, lines=None)


CLEAN_RUN = 87


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_step, "BATCH", 10)
    monkeypatch.setattr(apply_step, "BATCH", 10)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(
    ("module", "name", "at"),
    [
        *((check_step, "_keep", at) for at in (1, 2, 5, 9)),
        *((leases, "hold", at) for at in (1, 2, 6, 11)),
        *((check_step, "_copy", at) for at in (1, 3, 10)),
        (check_step, "_finish", 1),
    ],
)
def test_a_check_killed_anywhere_goes_on_to_the_same_dry_run(
    acme: Account, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, at: int
) -> None:
    lines = [*fictional_lines(CLEAN_RUN), "bad,,,,", *fictional_lines(3)]
    with account_scope(acme):
        clean = checked(acme, csv_of(*lines))
        wanted = outcomes(clean)
        job = import_jobs.upload(acme, csv_of(*lines))
        with monkeypatch.context() as patched:
            _before(patched, module, name, at=at, do=_kill)
            with suppress(Killed):
                imports.work_now(job, lines=None)
        job = _resume(job)
        job.refresh_from_db()
        assert job.state == ImportState.CHECKED
        assert outcomes(job) == wanted
        assert (job.rows_total, job.to_add, job.refused) == (clean.rows_total, clean.to_add, clean.refused)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(
    ("name", "at"),
    [
        *(("_apply_batch", at) for at in (1, 2, 5, 9)),
        *(("_add", at) for at in (1, 3, 9)),
        *(("_change", at) for at in (1, 4, 9)),
        ("_finish", 1),
    ],
)
def test_an_apply_killed_anywhere_goes_on_to_what_one_clean_run_gives(
    acme: Account, globex: Account, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    content = csv_of(*fictional_lines(CLEAN_RUN), "bad,,,,")
    for account in (acme, globex):
        factories.make_number(account, "+13035550105", label="Before")
    clean = applied(globex, content)
    with account_scope(acme):
        job = checked(acme, content)
        imports.confirm(job, actor=None, now=timezone.now())
        with monkeypatch.context() as patched:
            _before(patched, apply_step, name, at=at, do=_kill)
            with suppress(Killed):
                imports.work_now(job, lines=None)
        job = _resume(job)
    assert job.state == ImportState.DONE
    assert (job.added, job.changed, job.rows_done) == (clean.added, clean.changed, clean.rows_done)
    assert held_by(acme) == held_by(globex)
    assert traces_of(acme) == traces_of(globex)


@pytest.mark.usefixtures("small_batches")
def test_an_error_is_tried_again_later_and_given_up_in_words_after_five_times(
    acme: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("made up")

    with account_scope(acme):
        job = checked(acme, csv_of(*fictional_lines(25)))
        imports.confirm(job, actor=None, now=timezone.now())
        imports.work_now(job, lines=10)
        monkeypatch.setattr(apply_step, "_add", fail)
        for _each in range(imports.MAX_ATTEMPTS):
            job = imports.work_now(job, lines=None)
            assert job.state == ImportState.APPLYING
            assert job.due_at > timezone.now()
        job = imports.work_now(job, lines=None)
    assert job.state == ImportState.REFUSED
    assert "10 lines are in" in job.error
    assert len(held_by(acme)) == 10


@pytest.mark.usefixtures("small_batches")
def test_a_worker_whose_lease_was_taken_over_writes_nothing_more(
    acme: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account_scope(acme):
        job = checked(acme, csv_of(*fictional_lines(CLEAN_RUN)))
        imports.confirm(job, actor=None, now=timezone.now())
        with monkeypatch.context() as patched:
            _before(patched, apply_step, "_apply_batch", at=3, do=lambda: _resume(job))
            imports.work_now(job, lines=None)
        job.refresh_from_db()
    assert (job.state, job.added, job.rows_done) == ("done", CLEAN_RUN, CLEAN_RUN)
    assert set(traces_of(acme).values()) == {CLEAN_RUN, 0}


def test_a_turn_of_few_lines_hands_the_rest_to_the_next(acme: Account) -> None:
    with account_scope(acme):
        job = imports.work_now(import_jobs.upload(acme, csv_of(*fictional_lines(25))), lines=10)
        assert (job.state, job.rows_total, job.lease_token) == ("checking", 10, None)
        assert imports.work_now(job, lines=10).rows_total == 20
        assert imports.work_now(job, lines=10).state == ImportState.CHECKED


def test_a_file_of_exactly_the_lines_of_a_turn_is_checked_to_its_end(acme: Account) -> None:
    with account_scope(acme):
        job = imports.work_now(import_jobs.upload(acme, csv_of(*fictional_lines(10))), lines=10)
    assert job.state == ImportState.CHECKED


def test_workers_take_the_jobs_of_all_accounts_and_leave_those_that_are_not_due(acme: Account, globex: Account) -> None:
    with account_scope(acme):
        ours = import_jobs.upload(acme, csv_of("3035550100,,,,"))
        later = import_jobs.upload(acme, csv_of("3035550101,,,,"))
        ImportJob.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(hours=1))
    with account_scope(globex):
        theirs = import_jobs.upload(globex, csv_of("3035550100,,,,"))
    assert imports.run_due(now=timezone.now()) == 2
    assert imports.run_due(now=timezone.now()) == 0
    with all_accounts():
        states = dict(ImportJob.objects.values_list("pk", "state"))
    assert states == {ours.pk: "checked", theirs.pk: "checked", later.pk: "uploaded"}


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


@pytest.fixture
def threads() -> Iterator[Callable[[list[Callable[[], None]]], None]]:
    """Run functions at the same time, each on a connection of its own; an error of one is raised here."""

    def run(functions: list[Callable[[], None]]) -> None:
        errors: list[BaseException] = []
        start = threading.Barrier(len(functions))

        def body(function: Callable[[], None]) -> None:
            try:
                start.wait()
                function()
            except BaseException as error:
                errors.append(error)
            finally:
                connection.close()

        running = [threading.Thread(target=body, args=[function]) for function in functions]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert not errors

    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_many_workers_on_one_job_do_it_once(acme: Account, threads: Callable[[list[Callable[[], None]]], None]) -> None:
    with account_scope(acme):
        job = checked(acme, csv_of(*fictional_lines(300)))
        imports.confirm(job, actor=None, now=timezone.now())
    threads([lambda: imports.run_due(now=timezone.now()) and None for _each in range(6)])
    with account_scope(acme):
        job.refresh_from_db()
    assert (job.state, job.added, job.rows_done) == ("done", 300, 300)
    assert traces_of(acme) == {"PhoneNumber": 300, "NumberStatus": 300, "NumberEvent": 300, "CampaignNumber": 0}


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_numbers_at_once_give_each_number_once(
    acme: Account, threads: Callable[[list[Callable[[], None]]], None]
) -> None:
    with account_scope(acme):
        jobs = [checked(acme, csv_of(*fictional_lines(400))) for _twice in range(2)]
        for job in jobs:
            imports.confirm(job, actor=None, now=timezone.now())

    def work(job: ImportJob) -> None:
        with account_scope(acme):
            imports.work_now(job, lines=None)

    threads([lambda job=job: work(job) for job in jobs])
    with account_scope(acme):
        done = [ImportJob.objects.get(pk=job.pk) for job in jobs]
        assert PhoneNumber.objects.count() == 400
    assert {job.state for job in done} == {"done"}
    assert sum(job.added for job in done) == 400


@pytest.mark.django_db(transaction=True)
def test_fifty_confirmations_at_once_start_it_once(
    acme: Account, threads: Callable[[list[Callable[[], None]]], None]
) -> None:
    with account_scope(acme):
        job = checked(acme, csv_of(*fictional_lines(5)))
    won: list[bool] = []

    def confirm() -> None:
        with account_scope(acme):
            won.append(imports.confirm(job, actor=None, now=timezone.now()))

    threads([confirm] * 20)
    assert sorted(won) == [False] * 19 + [True]


def test_a_lease_ends_and_another_worker_may_claim(acme: Account) -> None:
    with account_scope(acme):
        job, now = import_jobs.upload(acme, csv_of("3035550100,,,,")), timezone.now()
        first = leases.claim(job, now=now)
        assert first is not None
        assert leases.claim(job, now=now + leases.LEASE - timedelta(seconds=1)) is None
        second = leases.claim(job, now=now + leases.LEASE)
        assert second is not None
        with pytest.raises(leases.LeaseLostError):
            leases.hold(first, from_line=0, now=now)
        leases.hold(second, from_line=0, now=now)


def test_a_turn_ends_by_its_lines_or_by_its_time() -> None:
    turn = Turn(lines=5)
    assert turn.batch(10) == 5
    turn.used(5)
    assert turn.is_over
    assert Turn(until=factories.NOW, clock=lambda: factories.NOW).is_over
    assert not Turn().is_over


def test_an_origin_is_a_word_in_events(acme: Account) -> None:
    factories.make_number(acme, "+13035550100", origin=Origin.BYOC)
    applied(acme, csv_of("3035550100,,,native,"))
    with account_scope(acme):
        event = NumberEvent.objects.get()
    assert (event.from_value, event.to_value) == ("Bring your own carrier", "Native")
