"""The outbox: messages are rows, written with what they tell about, and sent by a worker (issue: e-mail).

A message is never lost while the mail server is down, since its row waits. After a crash between sending and noting it,
it is sent again with the same Message-ID, by which mail servers know it.
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from accounts.models import Account
from common.scope import all_accounts
from common.wakeup import wake_on_commit
from enrollment.models import OutgoingMail
from enrollment.states import MailState

log = structlog.get_logger(__name__)

TASK = "enrollment.send_due_mail"
LEASE = timedelta(minutes=3)  # more than the mail server gets to answer (EMAIL_TIMEOUT)
TURN = timedelta(seconds=45)  # of a task whose soft time limit is 100 s
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720))
SUBJECT_LIMIT = 200


def queue_mail(
    account: Account | None, *, to: Iterable[str], kind: str, subject: str, body: str, now: datetime, path: str = ""
) -> list[OutgoingMail]:
    """Write one message to each address; a worker sends it when the transaction has been committed.

    `account` None is platform staff. `kind` is a word for the list of messages, such as `enrollment.approved`. `path`
    is the page of the portal that the message is about: where PORTAL_URL is set, the message ends with a link to it.
    """
    link = _link(account, path)
    text = f"{body.rstrip()}\n\n{link}\n" if link else body
    one_line = " ".join(subject.split())[:SUBJECT_LIMIT]
    addresses = dict.fromkeys(address.strip().lower() for address in to if address.strip())
    with all_accounts():
        rows = OutgoingMail.objects.bulk_create(
            [
                OutgoingMail(
                    account=account, kind=kind, to=address, subject=one_line, body=text, created_at=now, due_at=now
                )
                for address in addresses
            ]
        )
    if rows:
        wake_on_commit(TASK)
    return rows


def _link(account: Account | None, path: str) -> str:
    """Return the address of a page, by the door of its account: who reads it may look at another one at the moment."""
    if not (settings.PORTAL_URL and path):
        return ""
    door = f"{reverse('accounts:open', args=[account.uuid])}?{urlencode({'next': path}, safe='/')}" if account else path
    return f"{settings.PORTAL_URL}{door}"


def send_due(clock: Callable[[], datetime]) -> int:
    """Send what is due, one message after the other, until nothing is left or the turn is over; return how many."""
    sent, until = 0, clock() + TURN
    while clock() < until:
        mail = _claim(now=clock())
        if mail is None:
            break
        sent += _send(mail, clock)
    return sent


@transaction.atomic
def send_again(mail: OutgoingMail, *, now: datetime) -> bool:
    """Put a message that failed back into the queue; False when it is not one."""
    with all_accounts():
        changed = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.FAILED).update(
            state=MailState.QUEUED, due_at=now, attempts=0
        )
    if changed:
        wake_on_commit(TASK)
    return changed == 1


@transaction.atomic
def _claim(*, now: datetime) -> OutgoingMail | None:
    """Take the message that is due longest, and commit that it is being sent."""
    with all_accounts():
        due = OutgoingMail.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        mail = due.select_for_update(skip_locked=True).first()
        if mail is None:
            return None
        mail.state, mail.lease_token = MailState.SENDING, uuid.uuid4()
        mail.due_at, mail.attempts = now + LEASE, mail.attempts + 1
        mail.save(update_fields=["state", "lease_token", "due_at", "attempts"])
    return mail


def _send(mail: OutgoingMail, clock: Callable[[], datetime]) -> int:
    """Hand one message to the mail server and note what became of it; return 1 when it was taken."""
    try:
        _message(mail).send()
    except smtplib.SMTPRecipientsRefused as error:
        refused_for_good = all(code >= 500 for code, _words in error.recipients.values())
        _note_failure(mail, error, now=clock(), again=not refused_for_good)
        return 0
    except Exception as error:  # a mail library raises errors of several kinds; the row waits whichever it is
        _note_failure(mail, error, now=clock(), again=True)
        return 0
    _note(mail, state=MailState.SENT, due_at=None, sent_at=clock(), last_error="")
    return 1


def _message(mail: OutgoingMail) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<{mail.uuid}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=mail.subject, body=mail.body, to=[mail.to], headers=headers)


def _note_failure(mail: OutgoingMail, error: Exception, *, now: datetime, again: bool) -> None:
    words = f"{type(error).__name__}: {error}"[:300]
    if again and mail.attempts <= len(WAITS):
        _note(mail, state=MailState.QUEUED, due_at=now + WAITS[mail.attempts - 1], last_error=words)
        log.warning("mail not sent", mail=mail.pk, attempts=mail.attempts, error=type(error).__name__)
        return
    _note(mail, state=MailState.FAILED, due_at=None, last_error=words)
    log.error("mail given up", mail=mail.pk, attempts=mail.attempts, error=type(error).__name__)


def _note(mail: OutgoingMail, **fields: object) -> None:
    """Write the outcome where this worker still holds the message."""
    with all_accounts():
        OutgoingMail.objects.filter(pk=mail.pk, lease_token=mail.lease_token).update(lease_token=None, **fields)
