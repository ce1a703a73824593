"""E-mail about the monitoring of numbers: verified, ending, switched off (D3: never silently)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from accounts.models import Account
from common.templatetags.formats import plural
from enrollment.models import NumberJob, NumberJobItem, ServiceAssignment
from enrollment.number_states import ItemOutcome, JobKind, JobState
from enrollment.selectors import people
from enrollment.services import mail
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability

NAMED = 20


def tell_of_finished_verifications(account: Account, *, now: datetime) -> None:
    """Tell whoever enabled monitoring what became of it, once none of the numbers is being verified any more."""
    verifying = ServiceAssignment.objects.filter(job=OuterRef("pk"), number__status__capability=Capability.VERIFYING)
    finished = NumberJob.objects.filter(kind=JobKind.ENABLE, state=JobState.DONE, verified_at=None)
    for job in finished.filter(~Exists(verifying)).select_related("actor").select_for_update(of=("self",)):
        job.verified_at = now
        job.save(update_fields=["verified_at"])
        if job.done:
            _tell_of(account, job, now=now)


def tell_of_ending(account: Account, count: int, *, ends_at: datetime, now: datetime) -> None:
    """Say that numbers may not be monitored any more, and how long it goes on."""
    numbers = plural(count, "number,numbers")
    body = (
        f"{numbers} of {account.name} may not be monitored any more: something that monitoring needs is gone, such as "
        "an outbound campaign, a license or a seat. Number Reputation shows them under Capability, No longer eligible, "
        f"each with its reason.\n\nMonitoring goes on until {ends_at:%d %b %Y} (UTC). Once what is missing is there "
        "again, it goes on by itself; otherwise it is switched off.\n"
    )
    path = f"{reverse('numbers:list')}?capability=no_longer_eligible"
    _send(account, "numbers.ending", f"Monitoring of {numbers} will end", body, now=now, path=path)


def tell_of_switched_off(account: Account, ids: Sequence[int], *, now: datetime) -> None:
    """Say that monitoring was switched off, and for which numbers."""
    numbers = plural(len(ids), "number,numbers")
    body = (
        f"Monitoring and remediation were switched off for {numbers} of {account.name}, seven days after they stopped "
        f"being eligible:\n\n{_named(ids)}\n\nThe history of each number says why. They can be enabled again once what "
        "was missing is there.\n"
    )
    path = f"{reverse('numbers:list')}?capability=off"
    _send(account, "numbers.switched_off", f"Monitoring was switched off for {numbers}", body, now=now, path=path)


def _tell_of(account: Account, job: NumberJob, *, now: datetime) -> None:
    counts = _outcomes(job)
    on, failed = counts.get(Capability.ON, 0), counts.get(Capability.FAILED, 0)
    other = job.done - on - failed
    lines = [
        f"The verification that you asked for on {job.created_at:%d %b %Y} has finished for {account.name}.",
        f"\nOn: {on:,}\nFailed: {failed:,}",
        f"Changed since: {other:,}" if other > 0 else "",
        "\nNumber Reputation shows the reason of each failed number under Capability; enable it again to retry."
        if failed
        else "\nThese numbers are monitored now.",
    ]
    body = "\n".join(line for line in lines if line) + "\n"
    to = [job.actor.email] if job.actor and job.actor.is_active else people.people_to_tell(account)
    subject = f"Verification finished: {on:,} on, {failed:,} failed"
    path = reverse("services:job", args=[job.uuid])
    mail.queue_mail(account, to=to, kind="numbers.verified", subject=subject, body=body, now=now, path=path)


def _outcomes(job: NumberJob) -> dict[int, int]:
    """Return how many numbers that the job enabled are in which state of monitoring now."""
    items = NumberJobItem.objects.filter(job=job, outcome=ItemOutcome.DONE).order_by()
    return dict(items.values_list("number__status__capability").annotate(n=Count("pk")))


def _named(ids: Sequence[int]) -> str:
    named = list(PhoneNumber.objects.filter(pk__in=ids).order_by("e164").values_list("e164", flat=True)[:NAMED])
    more = len(ids) - len(named)
    return "\n".join([*named, f"and {more:,} more"] if more else named)


def _send(account: Account, kind: str, subject: str, body: str, *, now: datetime, path: str) -> None:
    to = people.people_to_tell(account)
    mail.queue_mail(account, to=to, kind=kind, subject=subject, body=body, now=now, path=path)
