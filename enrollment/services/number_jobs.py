"""Doing something for a selection of numbers: frozen when it was confirmed, worked through once, resumable (B5).

Up to IN_REQUEST numbers are done while the person waits, more by workers. Every batch is one transaction that holds the
account's seats and the job's lease, so a double click, two workers or a kill at any moment do nothing twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import services as account_services
from accounts.models import Account, User
from common.scope import account_scope, all_accounts
from common.wakeup import wake_on_commit
from enrollment.models import NumberJob, NumberJobItem
from enrollment.number_states import JobKind, JobState
from enrollment.services import number_batches, number_jobs_sql, seats
from phone_numbers.models import PhoneNumber

log = structlog.get_logger(__name__)

TASK = "enrollment.numbers.run_jobs"
IN_REQUEST = 200
LEFT_BEHIND = timedelta(seconds=20)  # when workers take what a request began and did not end
LEASE = timedelta(seconds=150)  # above the hard time limit of a task
TURN = timedelta(seconds=45)
RETRY = timedelta(seconds=20)
KEPT = timedelta(days=90)
Clock = Callable[[], datetime]


class EmptySelectionError(ValueError):
    """No number was chosen (D17)."""


class SelectionChangedError(Exception):
    """More numbers match now than the person was shown; `count` is how many they are."""

    def __init__(self, count: int) -> None:
        super().__init__("Other numbers match now than when you looked. Read the list again before you confirm.")
        self.count = count


@transaction.atomic
def start_job(
    account: Account,
    kind: JobKind,
    numbers: QuerySet[PhoneNumber],
    *,
    token: uuid.UUID,
    shown: int,
    actor: User | None,
    now: datetime,
    chosen: str = "",
) -> NumberJob:
    """Freeze a selection and make its job. The same `token` again returns the job that it made before.

    `shown` is how many numbers the person agreed to. EmptySelectionError; SelectionChangedError when more match now.
    """
    token = _own(account, token)
    job, is_new = NumberJob.objects.get_or_create(
        uuid=token,
        defaults={"account": account, "actor": actor, "kind": kind, "chosen": chosen[:300], "created_at": now},
    )
    if not is_new:
        return job
    job.total = number_jobs_sql.freeze(job, numbers)
    if not job.total:
        raise EmptySelectionError("Choose at least one number.")
    if job.total > shown:
        raise SelectionChangedError(job.total)
    job.due_at = now + LEFT_BEHIND if job.total <= IN_REQUEST else now
    job.save(update_fields=["total", "due_at"])
    _audit(job, now)
    wake_on_commit(TASK)
    return job


def job_of(account: Account, token: uuid.UUID) -> NumberJob | None:
    """Return the job that this token made before, if any."""
    return NumberJob.objects.filter(uuid=_own(account, token)).first()


def _own(account: Account, token: uuid.UUID) -> uuid.UUID:
    """Return the account's own key for a token that came from a browser: no other account can hold it."""
    return uuid.uuid5(account.uuid, str(token))


def _audit(job: NumberJob, now: datetime) -> None:
    words = {JobKind.ENABLE: "enabled", JobKind.DISABLE: "disabled", JobKind.REGISTER: "registered"}
    account_services.record_audit(
        job.account,
        actor=job.actor,
        action=f"numbers.{words[JobKind(job.kind)]}",
        target=job.chosen[:200],
        now=now,
        numbers=job.total,
        job=str(job.uuid),
    )


def work_now(job: NumberJob, *, clock: Clock = timezone.now) -> NumberJob:
    """Work on a small job in this process, and return it as it is then; what is left goes to the workers."""
    if job.total <= IN_REQUEST:
        claimed = _claim(NumberJob.objects.filter(pk=job.pk), now=clock())
        if claimed:
            _work(*claimed, clock=clock, until=None)
    job.refresh_from_db()
    return job


def run_due(*, clock: Clock = timezone.now) -> int:
    """Work on due jobs of all accounts until the turn is over; return how many turns were had."""
    turns, until = 0, clock() + TURN
    while (now := clock()) < until:
        with all_accounts():
            claimed = _claim(NumberJob.objects.filter(due_at__lte=now).order_by("due_at"), now=now)
        if claimed is None:
            break
        with account_scope(claimed[0].account_id):
            _work(*claimed, clock=clock, until=until)
        turns += 1
    return turns


@transaction.atomic
def _claim(jobs: QuerySet[NumberJob], *, now: datetime) -> tuple[NumberJob, uuid.UUID] | None:
    """Lease a job that waits, or return None."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    job = jobs.filter(free, state=JobState.WAITING).select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:
        return None
    token = uuid.uuid4()
    NumberJob.objects.filter(pk=job.pk).update(
        lease_token=token, lease_until=now + LEASE, due_at=now + LEASE, attempts=F("attempts") + 1
    )
    return NumberJob.objects.select_related("account", "actor").get(pk=job.pk), token


def _work(job: NumberJob, token: uuid.UUID, *, clock: Clock, until: datetime | None) -> None:
    """Take batches of a job until it is done or the turn is over; what goes wrong ends in the job's row."""
    try:
        while _batch(job, token, now=clock()):
            if until and clock() >= until:
                _release(job, token, due_at=clock())
                wake_on_commit(TASK)
                return
    except LeaseLostError:
        log.info("job of numbers taken over", job=job.pk)
    except Exception:
        log.exception("job of numbers failed", job=job.pk, attempts=job.attempts)
        _release(job, token, due_at=clock() + RETRY)


class LeaseLostError(Exception):
    """Another worker has the job."""


@transaction.atomic
def _batch(job: NumberJob, token: uuid.UUID, *, now: datetime) -> bool:
    """Do the next batch with its outcomes; return whether there was one. The last call closes the job."""
    seats.hold_pool(job.account, now=now)
    held = NumberJob.objects.filter(pk=job.pk, lease_token=token)
    if not held.update(lease_until=now + LEASE, due_at=now + LEASE):
        raise LeaseLostError
    done, skipped = number_batches.next_batch(job, now=now)
    if not done and not skipped:
        held.update(state=JobState.DONE, finished_at=now, due_at=None, lease_token=None, lease_until=None)
        return False
    held.update(done=F("done") + done, skipped=F("skipped") + skipped, attempts=0)
    return True


def _release(job: NumberJob, token: uuid.UUID, *, due_at: datetime) -> None:
    NumberJob.objects.filter(pk=job.pk, lease_token=token).update(lease_token=None, lease_until=None, due_at=due_at)


def forget_old_jobs(*, now: datetime) -> None:
    """Remove jobs that ended 90 days ago: the history of each number keeps what was done. Needs `all_accounts`."""
    ended = NumberJob.objects.filter(finished_at__lt=now - KEPT)
    NumberJobItem.objects.filter(job__in=ended).delete()
    ended.delete()
