"""A real worker, a real beat and a real mail server: what is written is sent by itself, also after an outage."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Account
from common.scope import all_accounts
from enrollment.models import OutgoingMail
from enrollment.services import mail
from enrollment.states import MailState
from tests.enrollment import mail_server
from tests.feeds.crew import beat, emptied_broker, processes, wait_for


def mail_worker(name: str) -> list[str]:
    """A worker of the queue `mail` in one process."""
    return ["worker", "--hostname", f"{name}@drill", "--queues", "mail", "--pool", "solo", "--without-gossip"]


def states() -> list[str]:
    with all_accounts():
        return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_messages_wait_for_the_mail_server_and_each_arrives_once(
    acme: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = emptied_broker()
    with mail_server.running() as server:
        monkeypatch.setenv("EMAIL_URL", server.url)
        server.refuses = True
        to = ["owner@acme.example", "admin@acme.example", "third@acme.example"]
        mail.queue_mail(acme, to=to, kind="test", subject="Approved", body="Words.", now=timezone.now())
        with processes("127.0.0.1:9", mail_worker("one"), mail_worker("two"), beat(tmp_path, "a")):
            wait_for(lambda: tried() == 3, seconds=60)
            assert server.messages == []
            server.refuses = False
            make_due()
            wait_for(lambda: states() == [MailState.SENT] * 3, seconds=60)
        assert sorted(recipient(message) for message in server.messages) == sorted(to)
    broker.flushdb()


def tried() -> int:
    with all_accounts():
        return OutgoingMail.objects.filter(state=MailState.QUEUED, attempts=1).exclude(last_error="").count()


def make_due() -> None:
    """Let the minute until the next attempt be over."""
    with all_accounts():
        OutgoingMail.objects.update(due_at=timezone.now())


def recipient(message: str) -> str:
    return next(line.removeprefix("To: ").strip() for line in message.splitlines() if line.startswith("To: "))
