"""Every address of the portal, and what each kind of person gets there. A route without a row here fails.

`stranger` is the owner of another account who asks for something of acme; `nobody` is signed in without an account;
`reviewer` is platform staff without an account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import keys
from accounts.models import Account, ApiKey, License, User
from accounts.products import LicenseKind
from common.scope import account_scope
from enrollment import uploads
from enrollment.models import Attachment, EnrolledService, Enrollment, NumberJob, OutgoingMail
from enrollment.number_states import JobKind
from enrollment.services import files, mail
from enrollment.states import AttachmentKind
from phone_numbers.models import Campaign, Feed, ImportJob, PhoneNumber, Reading
from remediation.models import Case, ManualTask, SupportTicket
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import number_world
from tests.phone_numbers import import_jobs
from tests.remediation.remediation_world import parked_case

PEOPLE = ("anonymous", "nobody", "reviewer", "stranger", "viewer", "plain_admin", "admin", "owner")
LOGIN, OK, NO, GONE, BAD_METHOD = 302, 200, 403, 404, 405
Statuses = dict[str, int]


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


@dataclass(frozen=True)
class Row:
    """One request and the answer for each kind of person."""

    statuses: Statuses
    method: str = "get"
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    headers: dict[str, str] = field(default_factory=dict)


def everybody(status: int) -> Statuses:
    return dict.fromkeys(PEOPLE, status)


# A page of one's own account: the stranger sees their own.
ACCOUNT_PAGE = everybody(OK) | {"anonymous": LOGIN, "nobody": NO, "reviewer": NO}
# The same about one thing of acme: for the stranger it does not exist.
ACME_PAGE = ACCOUNT_PAGE | {"stranger": GONE}
# A change to one's own view: done, and led back.
CHANGED = ACCOUNT_PAGE | dict.fromkeys(PEOPLE[3:], 302)
# A page that changes something: viewers, and admins without the privilege, are told that they may not.
EDIT_PAGE = ACCOUNT_PAGE | {"viewer": NO, "plain_admin": NO}
ACME_EDIT_PAGE = EDIT_PAGE | {"stranger": GONE}
# A change to one thing of acme: done, and led on.
ACME_CHANGED = ACME_EDIT_PAGE | {"admin": 302, "owner": 302}
# What belongs to the platform: members see it, reviewers change it.
PLATFORM_PAGE = ACCOUNT_PAGE | {"reviewer": OK}
PLATFORM_EDIT_PAGE = everybody(NO) | {"anonymous": LOGIN, "reviewer": OK}
# Pages of django-allauth about oneself.
OWN_PAGE = everybody(OK) | {"anonymous": LOGIN}
# Entrances: a signed-in person is led on.
ENTRANCE = everybody(302) | {"anonymous": OK}


def form_of(**kwargs: str) -> Callable[[World], dict[str, Any]]:
    """Return the parameters of a page of the enrollment form for monitoring; acme is approved, globex has not begun."""
    return lambda world: {"service": "monitoring", **kwargs}


# The API knows keys only: a session opens nothing. What keys open is in tests/api.
NO_KEY = 401
API_LISTS = ("numbers", "campaigns", "observations", "jobs", "cases", "alerts", "feeds")
API_OBJECTS = (
    "number",
    "number_history",
    "number_readings",
    "campaign",
    "caller_id",
    "job",
    "job_numbers",
    "case",
)
ROWS: dict[str, list[Row]] = {
    "livez": [Row(everybody(OK))],
    "readyz": [Row(everybody(OK))],
    "home": [Row(ACCOUNT_PAGE | {"reviewer": LOGIN})],  # led to the reviews
    "help": [Row(OWN_PAGE)],
    "help_topic": [
        Row(OWN_PAGE, kwargs=lambda world: {"topic": "remediation"}),
        Row(everybody(GONE) | {"anonymous": LOGIN}, kwargs=lambda world: {"topic": "nonsense"}),
    ],
    "accounts:switch": [
        Row(everybody(BAD_METHOD) | {"anonymous": LOGIN}),
        Row(
            everybody(302) | {"nobody": GONE, "reviewer": GONE, "stranger": GONE},
            method="post",
            data=lambda world: {"account": str(world.acme.uuid)},
        ),
    ],
    "account_login": [Row(ENTRANCE)],
    "account_logout": [Row(OWN_PAGE), Row(everybody(302), method="post")],
    "account_signup": [Row(ENTRANCE)],
    "account_inactive": [Row(everybody(OK))],
    "account_reauthenticate": [Row(OWN_PAGE)],
    "account_email": [Row(everybody(GONE))],
    "account_email_verification_sent": [Row(everybody(GONE))],
    "account_confirm_email": [Row(everybody(GONE), kwargs=lambda world: {"key": "nonsense"})],
    "account_change_password": [Row(OWN_PAGE)],
    "account_set_password": [Row(everybody(302))],  # everybody here has one
    "account_confirm_login_code": [Row(everybody(302))],
    "account_reset_password": [Row(everybody(OK))],
    "account_reset_password_done": [Row(everybody(OK))],
    "account_reset_password_from_key": [Row(everybody(OK), kwargs=lambda world: {"uidb36": "1", "key": "nonsense"})],
    "account_reset_password_from_key_done": [Row(everybody(OK))],
    "numbers:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "numbers:columns": [Row(ACCOUNT_PAGE | dict.fromkeys(PEOPLE[3:], BAD_METHOD)), Row(CHANGED, method="post")],
    "numbers:panel": [
        Row(ACME_PAGE, kwargs=World.of_number),
        Row(ACME_PAGE, kwargs=World.of_number, headers={"HX-Request": "true"}),
    ],
    "numbers:history": [Row(ACME_PAGE, kwargs=World.of_number)],
    "numbers:export": [Row(ACCOUNT_PAGE)],
    "numbers:account_history_export": [Row(ACCOUNT_PAGE)],
    "numbers:history_export": [Row(ACME_PAGE, kwargs=World.of_number)],
    "numbers:reading_raw": [Row(ACME_PAGE, kwargs=World.of_reading)],
    "numbers:import": [
        Row(EDIT_PAGE),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400}, method="post"),
    ],
    "numbers:import_template": [Row(EDIT_PAGE)],
    "numbers:import_job": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_import),
        Row(ACME_EDIT_PAGE, kwargs=World.of_import, headers={"HX-Request": "true"}),
    ],
    "numbers:import_apply": [Row(ACME_CHANGED, method="post", kwargs=World.of_import)],
    "numbers:import_cancel": [Row(ACME_CHANGED, method="post", kwargs=World.of_import)],
    "numbers:import_refused": [Row(ACME_EDIT_PAGE, kwargs=World.of_import)],
    "services:details": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "services:enable": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:disable": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:register": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:job": [Row(ACME_PAGE, kwargs=World.of_job)],
    "services:job_results": [Row(ACME_PAGE, kwargs=World.of_job)],
    "services:registration_enroll": [Row(ACCOUNT_PAGE)],
    "services:monitoring_enroll": [Row(ACCOUNT_PAGE)],
    "services:enroll_step": [
        # acme's form is closed, since it is approved: its people are led to where it stands.
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of(step="business")),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of(step="business")),
        Row(EDIT_PAGE | {"stranger": GONE, "admin": 302, "owner": 302}, kwargs=form_of(step="nonsense")),
    ],
    "services:enroll_letter": [
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of()),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of()),
    ],
    "services:enroll_letter_preview": [Row(EDIT_PAGE, kwargs=form_of())],
    "services:enroll_review": [
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of()),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of()),
    ],
    "services:file": [Row(ACME_PAGE | {"nobody": GONE, "reviewer": OK}, kwargs=World.of_letter)],
    "reviews:list": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:detail": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_application),
        Row(
            PLATFORM_EDIT_PAGE | {"reviewer": 302},
            method="post",
            kwargs=World.of_application,
            data=lambda world: {"action": "end", "text": "Over"},
        ),
    ],
    "reviews:accounts": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:account": [Row(PLATFORM_EDIT_PAGE, kwargs=World.of_account)],
    "reviews:license_add": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_account),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 400}, method="post", kwargs=World.of_account),
    ],
    "reviews:license": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_license),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 400}, method="post", kwargs=World.of_license),
    ],
    "reviews:mail": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:message": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_message),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 302}, method="post", kwargs=World.of_message),
    ],
    "campaigns:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "campaigns:create": [Row(EDIT_PAGE), Row(EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400}, method="post")],
    "campaigns:detail": [
        Row(ACME_PAGE, kwargs=World.of_campaign),
        Row(ACME_PAGE, kwargs=World.of_campaign, headers={"HX-Request": "true"}),
    ],
    "campaigns:caller_id": [
        Row(ACME_PAGE, kwargs=World.of_campaign),
        Row(ACME_CHANGED, method="post", kwargs=World.of_campaign, data=lambda world: {"use_mixed": "on"}),
    ],
    "campaigns:edit": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        Row(ACME_CHANGED | {"stranger": GONE, "admin": 400, "owner": 400}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:end": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        # Nobody was shown an effect: it is shown now, and nothing is done.
        Row(ACME_EDIT_PAGE | {"admin": 409, "owner": 409}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:default": [
        Row(
            ACME_EDIT_PAGE | {"stranger": BAD_METHOD, "admin": BAD_METHOD, "owner": BAD_METHOD},
            kwargs=World.of_campaign,
        ),
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_campaign,
            data=lambda world: {"number": str(world.number.uuid)},
        ),
    ],
    "campaigns:add_numbers": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        Row(ACME_EDIT_PAGE | {"admin": 400, "owner": 400}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:remove_numbers": [
        Row(ACME_CHANGED, kwargs=World.of_campaign),  # nothing is ticked
        Row(
            ACME_EDIT_PAGE | {"admin": 409, "owner": 409},
            method="post",
            kwargs=World.of_campaign,
            data=lambda world: {"ids": str(world.number.uuid)},
        ),
    ],
    "cases:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "cases:times": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "cases:export": [Row(ACCOUNT_PAGE)],
    "cases:of_number": [
        Row(ACME_PAGE | dict.fromkeys(PEOPLE[4:], 302), kwargs=World.of_number),
        Row(ACME_PAGE, kwargs=World.of_number, headers={"HX-Request": "true"}),
    ],
    "cases:detail": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:evidence_pdf": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:evidence_text": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:note": [
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_case,
            data=lambda world: {"note": "Called them"},
        )
    ],
    "cases:owner": [Row(ACME_CHANGED, method="post", kwargs=World.of_case)],
    "cases:act": [
        Row(ACME_EDIT_PAGE, kwargs=lambda world: world.of_case() | {"action": "cancel"}),
        Row(ACME_CHANGED, method="post", kwargs=lambda world: world.of_case() | {"action": "cancel"}),
        Row(
            ACME_EDIT_PAGE | {"admin": GONE, "owner": GONE},
            kwargs=lambda world: world.of_case() | {"action": "nonsense"},
        ),
    ],
    "cases:open_ticket": [
        Row(ACME_CHANGED, kwargs=World.of_case),  # it has an open one, to which people are led
        Row(ACME_EDIT_PAGE | {"admin": 400, "owner": 400}, method="post", kwargs=World.of_case),
    ],
    "cases:tickets": [Row(ACCOUNT_PAGE)],
    "cases:ticket": [
        Row(ACME_PAGE, kwargs=World.of_ticket),
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_ticket,
            data=lambda world: {"body": "Any news?"},
        ),
    ],
    "cases:task": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_task),
        Row(ACME_CHANGED, method="post", kwargs=World.of_task),
    ],
    "alerts:list": [Row(ACCOUNT_PAGE)],
    "alerts:act": [
        Row(EDIT_PAGE | dict.fromkeys(("stranger", "admin", "owner"), BAD_METHOD)),
        Row(EDIT_PAGE | dict.fromkeys(("stranger", "admin", "owner"), GONE), method="post"),
    ],
    "alerts:history": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    # Asked for by pages themselves, which must not jump: whoever may not see it is answered with nothing.
    "alerts:strip": [Row(everybody(OK) | dict.fromkeys(("anonymous", "nobody", "reviewer"), 204))],
    "alerts:of_campaign": [
        Row(ACME_PAGE | dict.fromkeys(PEOPLE[4:], 302), kwargs=World.of_campaign),
        Row(ACME_PAGE, kwargs=World.of_campaign, headers={"HX-Request": "true"}),
    ],
    "tickets:queue": [Row(PLATFORM_EDIT_PAGE)],
    "tickets:answer": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_ticket),
        Row(
            PLATFORM_EDIT_PAGE | {"reviewer": 302},
            method="post",
            kwargs=World.of_ticket,
            data=lambda world: {"body": "We looked"},
        ),
    ],
    "settings:alerts": [
        Row(ACCOUNT_PAGE),
        Row(CHANGED, method="post", data=lambda world: {"mail": "daily"}),
    ],
    "feeds:list": [Row(PLATFORM_PAGE), Row(PLATFORM_PAGE, headers={"HX-Request": "true"})],
    "feeds:add": [
        Row(EDIT_PAGE, kwargs=lambda world: {"provider": "telnyx"}),
        Row(
            EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400},
            method="post",
            kwargs=lambda world: {"provider": "telnyx"},
        ),
    ],
    "feeds:detail": [
        Row(ACME_PAGE | {"nobody": NO, "reviewer": GONE}, kwargs=World.of_feed),
        Row(PLATFORM_PAGE, kwargs=World.of_platform_feed),
    ],
    "feeds:edit": [
        Row(ACME_EDIT_PAGE | {"reviewer": GONE}, kwargs=World.of_feed),
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_platform_feed),
    ],
    "feeds:act": [
        Row(ACME_CHANGED | {"reviewer": GONE}, method="post", kwargs=World.pausing_feed),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 302}, method="post", kwargs=World.pausing_platform_feed),
    ],
    "settings:home": [Row(ACCOUNT_PAGE)],
    "settings:audit": [Row(ACCOUNT_PAGE)],
    "settings:keys": [
        Row(ACCOUNT_PAGE),
        Row(EDIT_PAGE, method="post", data=lambda world: {"name": "Dialer", "scopes": "caller-id"}),
    ],
    "settings:key_revoke": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_api_key),
        Row(ACME_CHANGED, method="post", kwargs=World.of_api_key),
    ],
    "api:docs": [Row(everybody(OK))],
    "api:schema": [Row(everybody(OK))],
    "api:missing": [Row(everybody(GONE), kwargs=lambda world: {"address": "nothing"})],
    **{f"api:{name}": [Row(everybody(NO_KEY))] for name in API_LISTS},
    **{f"api:{name}": [Row(everybody(NO_KEY), kwargs=World.of_number)] for name in API_OBJECTS},
    "settings:provider": [
        Row(ACCOUNT_PAGE),
        Row(
            EDIT_PAGE | {"stranger": 302, "admin": 302, "owner": 302},
            method="post",
            data=lambda world: {"step": "hand_in"},
        ),
    ],
    "settings:thresholds": [
        Row(ACCOUNT_PAGE),
        Row(
            EDIT_PAGE,
            method="post",
            data=lambda world: {"spam_carriers": 2, "min_observations": "", "spam_share": "", "step": "preview"},
        ),
        Row(
            EDIT_PAGE | {"stranger": 302, "admin": 302, "owner": 302},
            method="post",
            data=lambda world: {"spam_carriers": 2, "min_observations": "", "spam_share": "", "step": "keep"},
        ),
    ],
}


def named_routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name}"


ROUTES = sorted(set(named_routes(get_resolver())))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(ROUTES) == set(ROWS)


@pytest.fixture
def world(acme: Account) -> World:
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


@pytest.fixture
def clients(
    client_for: ClientFor,
    nobody: User,
    reviewer: User,
    stranger: User,
    viewer: User,
    plain_admin: User,
    admin: User,
    owner: User,
) -> dict[str, Client]:
    """A client for each kind of person."""
    people = (None, nobody, reviewer, stranger, viewer, plain_admin, admin, owner)
    for person in filter(None, people):
        person.set_password("a password of one's own")
        person.save(update_fields=["password"])
    return {name: client_for(user) for name, user in zip(PEOPLE, people, strict=True)}


def ask(client: Client, name: str, row: Row, world: World) -> int:
    """Send the request and take back what it wrote, so that people do not meet each other's changes."""
    address = reverse(name, kwargs=row.kwargs(world))
    with transaction.atomic():
        response = client.generic(
            row.method.upper(), address, headers=row.headers, **_body(row.data(world)) if row.method == "post" else {}
        )
        read(response)
        transaction.set_rollback(True)
    # A fragment has htmx send the whole page to the sign-in.
    return LOGIN if "HX-Redirect" in response else response.status_code


def read(response: Any) -> None:
    """Read a file to its end, which closes it."""
    if response.streaming:
        b"".join(response.streaming_content)


def _body(data: dict[str, Any]) -> dict[str, Any]:
    pairs = "&".join(f"{key}={value}" for key, value in data.items())
    return {"data": pairs, "content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("name", [name for name in ROUTES if name in ROWS])
def test_each_kind_of_person_gets_what_the_matrix_says(name: str, world: World, clients: dict[str, Client]) -> None:
    for row in ROWS[name]:
        found = {person: ask(client, name, row, world) for person, client in clients.items()}
        assert found == row.statuses, (row.method, row.headers)


def test_an_anonymous_person_is_led_to_sign_in_and_back(world: World, client: Client) -> None:
    address = reverse("numbers:history_export", kwargs=world.of_number())
    response = client.get(address)
    assert response["Location"] == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("name", [name for name in ROUTES if name in ROWS])
def test_no_page_may_be_framed_or_run_foreign_scripts(name: str, world: World, clients: dict[str, Client]) -> None:
    row = ROWS[name][0]
    response = clients["owner"].get(reverse(name, kwargs=row.kwargs(world)))
    read(response)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response["X-Frame-Options"] == "DENY"


HUB = ("numbers:list", "numbers:export", "numbers:account_history_export", "numbers:panel", "numbers:history")


@pytest.mark.parametrize("name", HUB)
def test_without_a_license_the_hub_explains_which_one_is_missing(name: str, client_for: ClientFor, db: None) -> None:
    account = factories.make_account(kinds=[LicenseKind.PHONE_PRO, LicenseKind.CONTACT_CENTER_ESSENTIALS])
    number = factories.make_number(account)
    kwargs = {"uuid": number.uuid} if name in ("numbers:panel", "numbers:history") else {}
    response = client_for(factories.make_member(account)).get(reverse(name, kwargs=kwargs))
    assert response.status_code == NO
    text = response.content.decode()
    assert "Enterprise Spam Registration" in text
    assert "Spam Monitoring and Remediation" in text


@pytest.mark.parametrize(
    "kind",
    [
        LicenseKind.SPAM_REGISTRATION,
        LicenseKind.SPAM_MONITORING,
        LicenseKind.CONTACT_CENTER_PREMIUM,
        LicenseKind.CONTACT_CENTER_ELITE,
    ],
)
def test_any_one_of_four_licenses_opens_the_hub(kind: LicenseKind, client_for: ClientFor, db: None) -> None:
    account = factories.make_account(kinds=[kind])
    assert client_for(factories.make_member(account)).get(reverse("numbers:list")).status_code == OK
