"""Imports that are killed, taken over, raced and given up: the end is that of one clean run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from common.scope import account_scope, all_accounts
from phone_numbers.imports import apply_step, check_step, leases
from phone_numbers.imports.turn import Turn
from phone_numbers.models import (
    ImportJob,
    ImportRow,
    PhoneNumber,
)
from phone_numbers.services import imports
from phone_numbers.states import ImportState
from tests import factories
from tests.phone_numbers import import_jobs
from tests.phone_numbers.import_jobs import applied, checked, csv_of, fictional_lines, held_by, outcomes, traces_of


@pytest.fixture(autouse=True)
def _some_areas(db: None) -> None:
    import_jobs.stand_in_areas()


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


def test_a_cancel_during_the_check_stops_the_worker(acme: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_step, "BATCH", 10)
    with account_scope(acme):
        job = import_jobs.upload(acme, csv_of(*fictional_lines(30)))
        _before(monkeypatch, check_step, "_keep", at=2, do=lambda: imports.cancel(job, now=timezone.now()))
        job = imports.work_now(job, lines=None)
        assert job.state == ImportState.CANCELLED
        assert not ImportRow.objects.exists()


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
