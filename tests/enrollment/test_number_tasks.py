"""The tasks about services of numbers: woken on commit, found by beat, harmless when late, twice or for nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account
from common import wakeup
from common.scope import account_scope, all_accounts
from enrollment import number_tasks
from enrollment.models import NumberJob, NumberJobItem, SeatPool
from enrollment.number_states import AtProvider, JobKind, JobState
from enrollment.services import number_jobs, number_review, provider_numbers
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.enrollment import number_world as world
from tests.enrollment import provider_world as provider
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the wake-ups that go out."""
    names: list[str] = []
    monkeypatch.setattr(wakeup, "_send", names.append)
    return names


def test_a_confirmed_job_wakes_the_workers_once_it_is_committed(
    acme: Account, sent: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    number = factories.make_number(acme)
    with django_capture_on_commit_callbacks(execute=True), account_scope(acme):
        numbers = PhoneNumber.objects.filter(pk=number.pk)
        number_jobs.start_job(acme, JobKind.REGISTER, numbers, token=uuid.uuid4(), shown=1, actor=None, now=NOW)
        assert sent == []
    assert sent == [number_jobs.TASK]


def test_every_wake_up_names_a_task_that_the_workers_know() -> None:
    known = set(current_app.tasks)
    assert {number_jobs.TASK, number_review.TASK, provider_numbers.TASK} <= known


def test_a_job_that_nobody_finished_is_found_by_the_tick(acme: Account) -> None:
    number = factories.make_number(acme)
    with account_scope(acme):
        numbers = PhoneNumber.objects.filter(pk=number.pk)
        job = number_jobs.start_job(acme, JobKind.REGISTER, numbers, token=uuid.uuid4(), shown=1, actor=None, now=NOW)
    with time_machine.travel(NOW, tick=False):
        number_tasks.run_jobs()
    with account_scope(acme):
        job.refresh_from_db()
        assert job.state == JobState.WAITING, "the request that made it may still be at work"
    with time_machine.travel(NOW + number_jobs.LEFT_BEHIND, tick=False):
        number_tasks.run_jobs()
        number_tasks.run_jobs()
    with account_scope(acme):
        job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 1)
    assert len(world.events_of(number)) == 1


def test_the_review_goes_through_every_account_and_one_does_not_hold_up_the_others(
    acme: Account, globex: Account
) -> None:
    numbers = {account: world.make_dialers(account, 1)[0] for account in (acme, globex)}
    factories.make_enrollment(globex, "monitoring")  # type: ignore[arg-type]
    for account, number in numbers.items():
        world.start(account, JobKind.ENABLE, [number])
        factories.make_view(number, "verizon")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        number_tasks.review_numbers()
    assert {factories.status_of(number).capability for number in numbers.values()} == {Capability.ON}


def test_a_whole_review_comes_every_five_minutes(acme: Account) -> None:
    world.review(acme)
    with all_accounts():
        assert SeatPool.objects.get(account=acme).review_due_at == NOW + timedelta(minutes=5)
        assert number_review.accounts_to_review(now=NOW + timedelta(minutes=4)) == []
        assert number_review.accounts_to_review(now=NOW + timedelta(minutes=5)) == [acme.pk]


def test_a_message_about_an_account_that_is_gone_does_nothing() -> None:
    number_tasks.call_provider(0)


def test_the_workers_call_the_provider_of_an_account_that_has_something_to_ask(
    acme: Account, own_simulator: RunningSimulator, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOW = frozenset({own_simulator.pair})
    provider.name_provider(acme, own_simulator, own_simulator.key(1, prefix="tasks"))
    (number,) = provider.make_taken(acme, 1)
    world.start(acme, JobKind.REGISTER, [number])
    with all_accounts():
        assert provider_numbers.due_accounts(now=NOW) == [acme.pk]
    number_tasks.call_provider(acme.pk)
    number_tasks.call_provider(acme.pk)
    assert world.at_provider(number) == AtProvider.PRESENT
    assert factories.status_of(number).registration == Registration.REGISTERED
    with all_accounts():
        assert provider_numbers.due_accounts(now=NOW + timedelta(days=1)) == []


def test_jobs_are_forgotten_after_ninety_days(acme: Account) -> None:
    number = factories.make_number(acme)
    world.start(acme, JobKind.REGISTER, [number])
    with time_machine.travel(NOW + timedelta(days=89), tick=False):
        number_tasks.forget_old_jobs()
    with account_scope(acme):
        assert NumberJob.objects.count() == 1
    with time_machine.travel(NOW + timedelta(days=91), tick=False):
        number_tasks.forget_old_jobs()
    with account_scope(acme):
        assert not NumberJob.objects.exists()
        assert not NumberJobItem.objects.exists()
