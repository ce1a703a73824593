"""The same confirmation from many windows at once, and opposite ones: each number is moved once for each job."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Account
from accounts.products import Product
from common.scope import account_scope
from enrollment.models import NumberJob
from enrollment.number_states import JobKind, JobState
from enrollment.services import number_jobs
from phone_numbers.states import Capability
from tests import factories
from tests.enrollment import number_world as world

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 10


def at_once(work: Callable[[int], object]) -> list[object]:
    """Run the same in many threads, each with its own connection; return what each gave."""
    ready = threading.Barrier(THREADS)

    def run(place: int) -> object:
        try:
            ready.wait(timeout=30)
            return work(place)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_window_sent_ten_times_at_once_makes_one_job(acme: Account) -> None:
    numbers = world.make_dialers(acme, 5)
    token = uuid.uuid4()
    jobs = at_once(lambda _: world.start(acme, JobKind.ENABLE, numbers, token=token).pk)
    number_jobs.run_due()
    assert len(set(jobs)) == 1
    with account_scope(acme):
        (job,) = NumberJob.objects.all()
    assert (job.state, job.done) == (JobState.DONE, 5)
    assert {len(world.events_of(number)) for number in numbers} == {1}


def test_enabling_and_disabling_at_once_leaves_no_seat_without_a_number(acme: Account) -> None:
    numbers = [factories.make_number(acme, product=Product.PHONE) for _ in range(8)]
    factories.make_campaign(acme, numbers=numbers, product=Product.PHONE)
    at_once(lambda place: world.start(acme, JobKind.DISABLE if place % 2 else JobKind.ENABLE, numbers).state)
    verifying = [one for one in numbers if factories.status_of(one).capability == Capability.VERIFYING]
    assert world.seats_held(acme) == len(verifying)
    assert {world.assignment_of(one) is not None for one in verifying} <= {True}
