"""E-mail about the ownership of numbers hosted elsewhere: a question, a deadline that comes near, a removed number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import Account
from common.templatetags.formats import plural
from enrollment.models import NumberOwnership
from enrollment.provider_states import Ownership
from enrollment.selectors import people
from enrollment.services import mail

NAMED = 20


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a message; both name the account, how many numbers, and which."""

    subject: str
    body: str


WORDS = {
    Ownership.PENDING: Words(
        subject="{numbers} to confirm at your provider",
        body="Your provider asks whether {account} still owns {numbers}, because their carrier changed or a check is "
        "due:\n\n{list}\n\nConfirm them under Settings, Provider, before the deadline. A number that nobody confirms "
        "is removed by the provider: it is neither registered nor monitored then.\n",
    ),
    Ownership.FLAGGED: Words(
        subject="{numbers} to verify again at your provider",
        body="A regular check of ownership was not answered for {numbers} of {account}:\n\n{list}\n\nThey stay "
        "monitored. Confirm them under Settings, Provider.\n",
    ),
    Ownership.REMOVED: Words(
        subject="{numbers} removed by your provider",
        body="Your provider has removed {numbers} of {account}:\n\n{list}\n\nThey are neither registered nor monitored "
        "there any more. If they are still yours, talk to the provider, and enable them again.\n",
    ),
}
REMINDER = Words(
    subject="Reminder: {numbers} to confirm at your provider",
    body="The deadline for confirming that {account} still owns {numbers} is near:\n\n{list}\n\nConfirm them under "
    "Settings, Provider. A number that nobody confirms in time is removed by the provider.\n",
)


def tell(account: Account, ids: Sequence[int], *, kind: Ownership, now: datetime) -> None:
    """Write to the account about numbers whose ownership has just become `kind`; nothing for none. In its scope."""
    if ids:
        _send(account, ids, WORDS[kind], f"ownership.{kind}", now=now)


def remind(account: Account, ids: Sequence[int], *, now: datetime) -> None:
    """Write to the account about deadlines that come near, once for each number."""
    if ids:
        _send(account, ids, REMINDER, "ownership.reminder", now=now)
        NumberOwnership.objects.filter(pk__in=ids).update(reminded_at=now)


def _send(account: Account, ids: Sequence[int], words: Words, kind: str, *, now: datetime) -> None:
    values = {"account": account.name, "numbers": plural(len(ids), "number,numbers"), "list": _listed(ids)}
    mail.queue_mail(
        account,
        to=people.people_to_tell(account),
        kind=kind,
        subject=words.subject.format(**values),
        body=words.body.format(**values),
        now=now,
        path=reverse("settings:provider"),
    )


def _listed(ids: Sequence[int]) -> str:
    rows = NumberOwnership.objects.filter(pk__in=ids).select_related("number").order_by("confirm_by", "number__e164")
    lines = [_line(row) for row in rows[:NAMED]]
    return "\n".join([*lines, f"and {len(ids) - NAMED:,} more"] if len(ids) > NAMED else lines)


def _line(row: NumberOwnership) -> str:
    by = f", by {row.confirm_by:%d %b %Y %H:%M} UTC" if row.confirm_by else ""
    return f"{row.number.e164}{by}"
