"""The outbox: what is written is sent once, waits while the mail server is down, and is never lost by a crash."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import Settings

from accounts.models import Account
from common.scope import all_accounts
from enrollment.models import OutgoingMail
from enrollment.services import mail
from enrollment.states import MailState
from tests.factories import NOW


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class DeadServer(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("Connection refused")


class UnknownRecipient(BaseEmailBackend):
    """A mail server that knows nobody of the name."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"owner@acme.example": (550, b"No such user")})


HERE = "tests.enrollment.test_mail"


def queue(account: Account | None, *to: str, subject: str = "Approved") -> list[OutgoingMail]:
    return mail.queue_mail(account, to=to, kind="test", subject=subject, body="Words.", now=NOW)


def rows() -> list[OutgoingMail]:
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk"))


def test_each_address_gets_one_message_of_its_own(acme: Account) -> None:
    queue(acme, "owner@acme.example", "OWNER@acme.example", "", "admin@acme.example")
    assert mail.send_due(Clock()) == 2
    assert [message.to for message in django_mail.outbox] == [["owner@acme.example"], ["admin@acme.example"]]
    assert {row.state for row in rows()} == {MailState.SENT}
    assert mail.send_due(Clock()) == 0


def test_staff_are_written_to_without_an_account(db: None) -> None:
    queue(None, "reviewer@portal.example")
    assert mail.send_due(Clock()) == 1


def test_a_subject_of_several_lines_becomes_one(acme: Account) -> None:
    queue(acme, "owner@acme.example", subject="Approved\r\nBcc: everybody@example.com")
    mail.send_due(Clock())
    assert django_mail.outbox[0].subject == "Approved Bcc: everybody@example.com"
    assert django_mail.outbox[0].recipients() == ["owner@acme.example"]


def test_messages_wait_while_the_server_is_down_and_go_out_when_it_is_back(acme: Account, settings: Settings) -> None:
    queue(acme, "owner@acme.example")
    clock, working = Clock(), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{HERE}.DeadServer"
    assert mail.send_due(clock) == 0
    (row,) = rows()
    assert (row.state, row.due_at) == (MailState.QUEUED, NOW + timedelta(minutes=1))
    assert "Connection refused" in row.last_error
    settings.EMAIL_BACKEND = working
    assert mail.send_due(clock) == 0
    clock.now += timedelta(minutes=1)
    assert mail.send_due(clock) == 1


def test_three_days_without_a_server_end_in_a_message_that_can_be_sent_again(acme: Account, settings: Settings) -> None:
    queue(acme, "owner@acme.example")
    clock, working = Clock(), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{HERE}.DeadServer"
    for _attempt in range(len(mail.WAITS) + 1):
        mail.send_due(clock)
        clock.now += timedelta(days=1)
    (row,) = rows()
    assert row.state == MailState.FAILED
    assert sum(mail.WAITS, timedelta()) >= timedelta(days=2, hours=20)
    settings.EMAIL_BACKEND = working
    assert mail.send_again(row, now=clock.now)
    assert mail.send_due(clock) == 1
    assert not mail.send_again(rows()[0], now=clock.now)


def test_an_address_that_is_refused_for_good_is_not_tried_again(acme: Account, settings: Settings) -> None:
    queue(acme, "owner@acme.example")
    settings.EMAIL_BACKEND = f"{HERE}.UnknownRecipient"
    mail.send_due(Clock())
    assert rows()[0].state == MailState.FAILED


def test_a_message_whose_worker_died_is_sent_again_under_the_same_id(acme: Account) -> None:
    (row,) = queue(acme, "owner@acme.example")
    taken = mail._claim(now=NOW)  # the worker dies here
    assert taken is not None
    assert mail.send_due(Clock()) == 0
    clock = Clock(NOW + mail.LEASE)
    assert mail.send_due(clock) == 1
    assert str(row.uuid) in django_mail.outbox[0].extra_headers["Message-ID"]


@pytest.mark.parametrize("late", [False, True])
def test_a_worker_that_lost_its_message_writes_nothing(acme: Account, late: bool) -> None:
    queue(acme, "owner@acme.example")
    first = mail._claim(now=NOW)
    assert first is not None
    second = mail._claim(now=NOW + mail.LEASE)
    assert second is not None
    mail._send(second if late else first, Clock(NOW + mail.LEASE))
    assert (rows()[0].state == MailState.SENT) is late
