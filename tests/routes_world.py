"""What the addresses of the portal may speak of: one of each kind of thing, all of it acme's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts import keys
from accounts.models import Account, ApiKey, License
from common.scope import account_scope
from enrollment import uploads
from enrollment.models import Attachment, EnrolledService, Enrollment, NumberJob, OutgoingMail
from enrollment.number_states import JobKind
from enrollment.services import files, mail
from enrollment.states import AttachmentKind
from phone_numbers.models import Campaign, Feed, ImportJob, PhoneNumber, Reading
from remediation.models import Case, ManualTask, SupportTicket
from tests import factories
from tests.enrollment import number_world
from tests.phone_numbers import import_jobs
from tests.remediation.remediation_world import parked_case


@dataclass(frozen=True)
class World:
    """What the addresses of the matrix may speak of: all of it is acme's."""

    acme: Account
    number: PhoneNumber
    reading: Reading
    feed: Feed
    platform_feed: Feed
    campaign: Campaign
    waiting_import: ImportJob
    job: NumberJob
    application: Enrollment
    letter: Attachment
    message: OutgoingMail
    api_key: ApiKey
    case: Case
    task: ManualTask
    ticket: SupportTicket

    def of_api_key(self) -> dict[str, Any]:
        return {"uuid": self.api_key.uuid}

    def of_case(self) -> dict[str, Any]:
        return {"uuid": self.case.uuid}

    def of_task(self) -> dict[str, Any]:
        return {"uuid": self.task.uuid}

    def of_ticket(self) -> dict[str, Any]:
        return {"uuid": self.ticket.uuid}

    def of_number(self) -> dict[str, Any]:
        return {"uuid": self.number.uuid}

    def of_reading(self) -> dict[str, Any]:
        moment = int(self.reading.observed_at.timestamp()) * 1_000_000
        return {"uuid": self.number.uuid, "source": "telnyx", "moment": moment}

    def of_account(self) -> dict[str, Any]:
        return {"uuid": self.acme.uuid}

    def of_license(self) -> dict[str, Any]:
        with account_scope(self.acme):
            return {"uuid": self.acme.uuid, "license": License.objects.values_list("pk", flat=True).first()}

    def of_job(self) -> dict[str, Any]:
        return {"uuid": self.job.uuid}

    def of_import(self) -> dict[str, Any]:
        return {"uuid": self.waiting_import.uuid}

    def of_application(self) -> dict[str, Any]:
        return {"uuid": self.application.uuid}

    def of_letter(self) -> dict[str, Any]:
        return {"uuid": self.letter.uuid}

    def of_message(self) -> dict[str, Any]:
        return {"uuid": self.message.uuid}

    def of_campaign(self) -> dict[str, Any]:
        return {"uuid": self.campaign.uuid}

    def of_feed(self) -> dict[str, Any]:
        return {"uuid": self.feed.uuid}

    def of_platform_feed(self) -> dict[str, Any]:
        return {"uuid": self.platform_feed.uuid}

    def pausing_feed(self) -> dict[str, Any]:
        return {"uuid": self.feed.uuid, "action": "pause"}

    def pausing_platform_feed(self) -> dict[str, Any]:
        return {"uuid": self.platform_feed.uuid, "action": "pause"}


def make_world(acme: Account) -> World:
    """acme with one number, one reading and one feed, and a feed of the platform."""
    number = factories.make_number(acme)
    with account_scope(acme):
        waiting_import = import_jobs.upload(acme, import_jobs.csv_of("3035550100,,,,"))
        application = Enrollment.objects.get(service=EnrolledService.MONITORING)
        application.submitted_at = factories.NOW
        application.save(update_fields=["submitted_at"])
        signed = uploads.JudgedFile("letter.pdf", uploads.PDF, b"%PDF-")
        letter = files.keep(acme, AttachmentKind.LETTER, signed, actor=factories.make_user(), now=factories.NOW)
    to = ["owner@acme.example"]
    (message,) = mail.queue_mail(acme, to=to, kind="test", subject="S", body="B", now=factories.NOW)
    case, task, ticket = parked_case(acme)
    return World(
        acme=acme,
        case=case,
        task=task,
        ticket=ticket,
        number=number,
        reading=factories.make_reading(number, "telnyx", raw="{}"),
        feed=factories.make_feed(acme),
        platform_feed=factories.make_feed(None, "ftc"),
        campaign=factories.make_campaign(acme, numbers=[number]),
        waiting_import=waiting_import,
        job=number_world.start(acme, JobKind.REGISTER, [number]),
        application=application,
        letter=letter,
        message=message,
        api_key=keys.make_key(
            acme, name="Dialer", scopes=[], calls_per_minute=1, actor=factories.make_member(acme), now=factories.NOW
        )[0],
    )
