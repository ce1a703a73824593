"""Services details: two cards, each with license, seats, state, and the one button that is right (R56-R60, D14)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account, User
from accounts.products import LicenseKind, Product
from common.scope import account_scope
from enrollment.models import EnrolledService, Enrollment, NumberAtProvider
from enrollment.number_states import AtProvider, JobKind
from enrollment.states import EnrollmentState
from phone_numbers.states import Registration
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import number_world as world

pytestmark = pytest.mark.django_db
ADDRESS = "/services/"
REGISTRATION, MONITORING = EnrolledService.REGISTRATION, EnrolledService.MONITORING


def text_of(client: Client, **headers: str) -> str:
    response = client.get(ADDRESS, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_both_cards_say_what_they_give_and_that_monitoring_is_for_dialer_numbers(
    client_for: ClientFor, owner: User
) -> None:
    text = text_of(client_for(owner))
    assert "Enterprise spam registration" in text
    assert "Spam monitoring &amp; remediation" in text
    assert "remediated on outbound dialer numbers" in text


def test_an_approved_business_is_led_to_its_numbers(client_for: ClientFor, owner: User) -> None:
    text = text_of(client_for(owner))
    assert 'href="/numbers/?capability=off">Enable spam monitoring and remediation</a>' in text
    assert 'href="/numbers/?registration=not_registered">Register numbers</a>' in text


def test_a_business_that_never_began_is_led_to_the_form(client_for: ClientFor, stranger: User) -> None:
    text = text_of(client_for(stranger))
    assert text.count("Not enrolled") == 2
    assert 'href="/services/monitoring/enroll/">Enable spam monitoring and remediation</a>' in text
    assert 'href="/services/registration/enroll/">Enable Enterprise spam registration</a>' in text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (EnrollmentState.DRAFT, 'href="/services/monitoring/enroll/">Continue</a>'),
        (EnrollmentState.NEEDS_INFORMATION, 'href="/services/monitoring/enroll/">Correct and resubmit</a>'),
        (EnrollmentState.REJECTED, 'href="/services/monitoring/enroll/">Correct and resubmit</a>'),
        (EnrollmentState.SUBMITTED, 'disabled aria-describedby="why-monitoring">Under review</button>'),
        (EnrollmentState.IN_REVIEW, 'disabled aria-describedby="why-monitoring">Under review</button>'),
        (EnrollmentState.PROVIDER_VETTING, 'disabled aria-describedby="why-monitoring">Under review</button>'),
        (EnrollmentState.ENDED, 'href="/services/monitoring/enroll/">Enable spam monitoring and remediation</a>'),
    ],
)
def test_the_button_follows_the_state_of_the_enrollment(
    state: EnrollmentState, said: str, client_for: ClientFor, globex: Account, stranger: User
) -> None:
    factories.make_enrollment(globex, MONITORING, state)
    assert said in text_of(client_for(stranger))


def test_a_rejected_business_reads_the_reasons(client_for: ClientFor, globex: Account, stranger: User) -> None:
    factories.make_enrollment(globex, MONITORING, EnrollmentState.REJECTED)
    with account_scope(globex):
        Enrollment.objects.update(reasons=[{"code": "letter", "text": "The letter is unsigned.", "field": ""}])
    assert "The letter is unsigned." in text_of(client_for(stranger))


def test_a_missing_license_says_which_one_and_where_to_get_it(client_for: ClientFor, db: None) -> None:
    account = factories.make_account(kinds=[LicenseKind.PHONE_PRO])
    text = text_of(client_for(factories.make_member(account)))
    assert "the Enterprise Spam Registration license. Ask your account manager to add it." in text
    assert "Spam Monitoring and Remediation license, or Contact Center Premium or Elite." in text
    assert text.count("The license named above is needed first.") == 2
    assert "/enroll/" not in text


def test_seats_used_and_free_are_counted(client_for: ClientFor, acme: Account, owner: User) -> None:
    number = factories.make_number(acme, product=Product.PHONE)
    factories.make_campaign(acme, numbers=[number], product=Product.PHONE)
    world.start(acme, JobKind.ENABLE, [number])
    assert "1 of 100 used, 99 free" in text_of(client_for(owner))


def test_where_the_numbers_stand_is_told_with_a_way_to_them(client_for: ClientFor, acme: Account, owner: User) -> None:
    world.start(acme, JobKind.ENABLE, world.make_dialers(acme, 2))
    factories.make_number(acme, registration=Registration.REJECTED)
    text = text_of(client_for(owner))
    assert 'href="/numbers/?capability=verifying">Verifying 2</a>' in text
    assert 'href="/numbers/?registration=rejected">Rejected 1</a>' in text


def test_numbers_that_wait_for_the_provider_say_why(client_for: ClientFor, acme: Account, owner: User) -> None:
    (number,) = world.make_dialers(acme, 1)
    job = world.start(acme, JobKind.ENABLE, [number])
    with account_scope(acme):
        NumberAtProvider.objects.create(
            account=acme,
            number=number,
            state=AtProvider.QUEUED,
            since=factories.NOW,
            due_at=factories.NOW,
            reason="Telnyx does not accept the key (status 401). Enter a new one.",
        )
    client = client_for(owner)
    assert "1 number waits for the provider.</strong> Telnyx does not accept the key" in text_of(client)
    page = client.get(f"/services/jobs/{job.uuid}/").content.decode()
    assert "Telnyx does not accept the key" in page


def test_who_may_only_look_is_told_who_can(client_for: ClientFor, viewer: User) -> None:
    text = text_of(client_for(viewer))
    assert "Your role can see and export." in text
    assert "Enable spam monitoring and remediation</a>" not in text


def test_htmx_gets_the_inside_of_the_dialog(client_for: ClientFor, owner: User) -> None:
    text = text_of(client_for(owner), **{"HX-Request": "true"})
    assert text.lstrip().startswith('<header class="popup-head">')
    assert "<html" not in text


def test_recent_jobs_stand_below_and_those_of_others_do_not(
    client_for: ClientFor, acme: Account, owner: User, stranger: User
) -> None:
    job = world.start(acme, JobKind.ENABLE, world.make_dialers(acme, 1))
    assert f"/services/jobs/{job.uuid}/" in text_of(client_for(owner))
    assert f"/services/jobs/{job.uuid}/" not in text_of(client_for(stranger))


def test_the_page_takes_a_fixed_number_of_queries(
    client_for: ClientFor, acme: Account, owner: User, django_assert_max_num_queries: object
) -> None:
    world.start(acme, JobKind.ENABLE, world.make_dialers(acme, 12))
    client = client_for(owner)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        client.get(ADDRESS)
