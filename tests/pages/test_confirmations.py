"""The confirmation windows: who is in, who is out and why, before; what became of it, after (R71-R79, D16-D18)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, AuditEvent, User
from accounts.products import Product
from common.scope import account_scope
from enrollment.models import EnrolledService, NumberJob
from enrollment.number_states import JobState
from enrollment.selectors import confirmation
from enrollment.services import number_jobs
from enrollment.states import EnrollmentState
from phone_numbers.models import PhoneNumber
from phone_numbers.states import Capability, Registration
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import number_world as world

pytestmark = pytest.mark.django_db
ENABLE, DISABLE = "/numbers/monitoring/enable/", "/numbers/monitoring/disable/"
REGISTER = "/numbers/registration/register/"
WINDOW_QUERIES = 13


def ids(*numbers: PhoneNumber) -> list[str]:
    return [str(number.uuid) for number in numbers]


def get(client: Client, address: str, **params: Any) -> str:
    response = client.get(address, params)
    assert response.status_code == 200
    return response.content.decode()


def confirm(client: Client, address: str, *numbers: PhoneNumber, **fields: Any) -> Any:
    """Send what the window sends."""
    data = {"ids": ids(*numbers), "shown": len(numbers), "token": uuid.uuid4(), "step": "confirm"} | fields
    return client.post(address, data)


def job_of(response: Any) -> NumberJob:
    """Return the job that a confirmation led to."""
    assert response.status_code == 302, response.content.decode()
    found = re.fullmatch(r"/services/jobs/([0-9a-f-]{36})/", response["Location"])
    assert found
    return NumberJob.objects.get(uuid=found[1])


def test_an_ineligible_number_is_shown_with_its_reason_before_confirming(
    client_for: ClientFor, acme: Account, owner: User
) -> None:
    (dialer,) = world.make_dialers(acme, 1, label="Front desk")
    idle = factories.make_number(acme)
    text = get(client_for(owner), ENABLE, ids=ids(dialer, idle))
    assert "Enable for 1 number" in text
    assert "1 number is left out" in text
    assert "this number is in no active outbound campaign" in text
    assert "can only be enabled for outbound dialer numbers" in text
    assert "Verification may take several days" in text
    assert 'value="confirm">Enable</button>' in text
    with account_scope(acme):
        assert not NumberJob.objects.exists()


def test_disabling_says_that_the_service_stops(client_for: ClientFor, acme: Account, owner: User) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    text = get(client_for(owner), DISABLE, ids=ids(number))
    assert "monitoring and remediation are not provided for these numbers any more" in text
    assert 'value="confirm">Disable</button>' in text


def test_x_removes_a_number_from_the_window(client_for: ClientFor, acme: Account, owner: User) -> None:
    keep, drop = world.make_dialers(acme, 2)
    client = client_for(owner)
    response = client.post(ENABLE, {"ids": ids(keep, drop), "remove": str(drop.uuid), "token": uuid.uuid4()})
    text = response.content.decode()
    assert keep.e164 in text
    assert drop.e164 not in text
    assert "Enable for 1 number" in text


def test_an_empty_window_has_its_button_disabled_and_the_server_refuses_it_too(
    client_for: ClientFor, acme: Account, owner: User
) -> None:
    client = client_for(owner)
    text = get(client, ENABLE)
    assert "No number is chosen" in text
    assert 'value="confirm" disabled>Enable</button>' in text
    response = confirm(client, ENABLE)
    assert response.status_code == 400
    assert "No number is chosen" in response.content.decode()


def test_nothing_happens_when_no_number_is_eligible(client_for: ClientFor, acme: Account, owner: User) -> None:
    response = confirm(client_for(owner), ENABLE, factories.make_number(acme))
    assert response.status_code == 400
    assert "None of these numbers can be enabled." in response.content.decode()


def test_confirming_does_it_and_tells_each_skipped_number_with_its_reason(
    client_for: ClientFor, acme: Account, owner: User
) -> None:
    dialer, idle = *world.make_dialers(acme, 1), factories.make_number(acme)
    client = client_for(owner)
    response = confirm(client, ENABLE, dialer, idle)
    with account_scope(acme):
        job = job_of(response)
    assert (job.done, job.skipped, job.actor) == (1, 1, owner)
    assert factories.status_of(dialer).capability == Capability.VERIFYING
    text = client.get(response["Location"]).content.decode()
    assert "1 number was taken for verification, 1 number was skipped" in text
    assert idle.e164 in text
    assert "in no active outbound campaign" in text
    csv = b"".join(client.get(f"{response['Location']}results.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.startswith("Number,Outcome,Reason\r\n")
    assert f"{dialer.e164},Done," in csv
    assert f"{idle.e164},Skipped," in csv
    with account_scope(acme):
        assert AuditEvent.objects.filter(action="numbers.enabled", actor=owner).count() == 1


def test_everything_is_checked_again_on_post(client_for: ClientFor, acme: Account, owner: User) -> None:
    stays, leaves = world.make_dialers(acme, 2)
    client = client_for(owner)
    assert "Enable for 2 numbers" in get(client, ENABLE, ids=ids(stays, leaves))
    with account_scope(acme):
        leaves.campaign_numbers.all().delete()  # type: ignore[attr-defined]
        job = job_of(confirm(client, ENABLE, stays, leaves))
    assert (job.done, job.skipped) == (1, 1)


def test_the_same_window_sent_twice_does_it_once(client_for: ClientFor, acme: Account, owner: User) -> None:
    (number,) = world.make_dialers(acme, 1)
    client, token = client_for(owner), uuid.uuid4()
    first, second = (confirm(client, ENABLE, number, token=token) for _ in range(2))
    assert first["Location"] == second["Location"]
    with account_scope(acme):
        assert NumberJob.objects.count() == 1
    assert len(world.events_of(number)) == 1


def test_the_token_of_another_account_finds_nothing_of_it(
    client_for: ClientFor, acme: Account, globex: Account, owner: User, stranger: User
) -> None:
    token = uuid.uuid4()
    confirm(client_for(owner), ENABLE, *world.make_dialers(acme, 1), token=token)
    response = confirm(client_for(stranger), ENABLE, *world.make_dialers(globex, 1), token=token)
    assert response.status_code == 400, "globex is not enrolled; acme's job is not shown"


def test_numbers_of_another_account_are_as_missing_as_nonsense(
    client_for: ClientFor, acme: Account, globex: Account, owner: User
) -> None:
    (foreign,) = world.make_dialers(globex, 1)
    client = client_for(owner)
    assert foreign.e164 not in get(client, ENABLE, ids=ids(foreign))
    assert confirm(client, ENABLE, foreign).status_code == 400
    response = client.get(ENABLE, {"ids": "nonsense"})
    assert response.status_code == 400
    assert "Enter a valid UUID." in response.content.decode()


def test_all_that_match_runs_the_lists_filter_again(client_for: ClientFor, acme: Account, owner: User) -> None:
    west, east = world.make_dialers(acme, 2, label="West"), world.make_dialers(acme, 1, label="East")
    client = client_for(owner)
    text = get(client, ENABLE, all=1, q="West")
    assert "Enable for 2 numbers" in text
    response = client.post(ENABLE, {"all": 1, "q": "West", "shown": 2, "token": uuid.uuid4(), "step": "confirm"})
    with account_scope(acme):
        job = job_of(response)
    assert job.chosen == "All that match Search: West"
    assert {factories.status_of(one).capability for one in west} == {Capability.VERIFYING}
    assert factories.status_of(east[0]).capability == Capability.OFF


def test_x_leaves_a_number_out_of_all_that_match(client_for: ClientFor, acme: Account, owner: User) -> None:
    keep, drop = world.make_dialers(acme, 2, label="West")
    client = client_for(owner)
    text = client.post(ENABLE, {"all": 1, "q": "West", "remove": str(drop.uuid)}).content.decode()
    assert f'name="except" value="{drop.uuid}"' in text
    data = {"all": 1, "q": "West", "except": str(drop.uuid), "shown": 1, "token": uuid.uuid4(), "step": "confirm"}
    client.post(ENABLE, data)
    assert factories.status_of(keep).capability == Capability.VERIFYING
    assert factories.status_of(drop).capability == Capability.OFF


def test_all_numbers_of_a_campaign_are_chosen_from_its_page(client_for: ClientFor, acme: Account, owner: User) -> None:
    numbers = [factories.make_number(acme) for _ in range(2)]
    campaign = factories.make_campaign(acme, "Renewals", numbers=numbers)
    factories.make_number(acme)
    client = client_for(owner)
    address = f"{ENABLE}?campaign={campaign.uuid}&amp;all=1"
    assert address in client.get(f"/campaigns/{campaign.uuid}/").content.decode()
    assert "Enable for 2 numbers" in get(client, ENABLE, campaign=campaign.uuid, all=1)


def test_a_window_costs_the_same_for_many_numbers(
    client_for: ClientFor, acme: Account, owner: User, django_assert_num_queries: Any
) -> None:
    numbers = world.make_dialers(acme, 50)
    client = client_for(owner)
    get(client, ENABLE, ids=ids(*numbers))
    for some in (numbers[:10], numbers):
        with django_assert_num_queries(WINDOW_QUERIES):
            get(client, ENABLE, ids=ids(*some))


def test_a_filter_that_is_not_understood_chooses_nothing(client_for: ClientFor, acme: Account, owner: User) -> None:
    world.make_dialers(acme, 1)
    response = client_for(owner).get(ENABLE, {"all": 1, "capability": "purple"})
    assert response.status_code == 400
    assert "is not a choice here" in response.content.decode()


def test_numbers_that_came_after_the_window_was_drawn_are_shown_before_they_are_touched(
    client_for: ClientFor, acme: Account, owner: User
) -> None:
    world.make_dialers(acme, 3, label="West")
    data = {"all": 1, "q": "West", "shown": 2, "token": uuid.uuid4(), "step": "confirm"}
    response = client_for(owner).post(ENABLE, data)
    assert response.status_code == 409
    assert "Other numbers match now than when you looked." in response.content.decode()
    with account_scope(acme):
        assert not NumberJob.objects.exists()


def test_many_numbers_are_summed_up_by_reason_and_done_by_workers(
    client_for: ClientFor, acme: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmation, "LISTED", 3)
    monkeypatch.setattr(confirmation, "NAMED", 2)
    monkeypatch.setattr(number_jobs, "IN_REQUEST", 3)
    numbers = world.make_dialers(acme, 4, label="West")
    factories.make_number(acme, label="West")
    client = client_for(owner)
    text = get(client, ENABLE, all=1, q="West")
    assert "Enable for 4 numbers" in text
    assert "and 2 more" in text
    assert "1 number is left out" in text
    response = client.post(ENABLE, {"all": 1, "q": "West", "shown": 5, "token": uuid.uuid4(), "step": "confirm"})
    with account_scope(acme):
        job = job_of(response)
    assert job.state == JobState.WAITING
    page = client.get(response["Location"]).content.decode()
    assert "5 numbers to go through" in page
    number_jobs.run_due()
    with account_scope(acme):
        job.refresh_from_db()
    assert (job.state, job.done, job.skipped) == (JobState.DONE, 4, 1)
    assert {factories.status_of(one).capability for one in numbers} == {Capability.VERIFYING}


def test_of_many_numbers_those_without_a_seat_are_told_before(
    client_for: ClientFor, acme: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmation, "LISTED", 1)
    numbers = [factories.make_number(acme, product=Product.PHONE) for _ in range(102)]
    factories.make_campaign(acme, numbers=numbers, product=Product.PHONE)
    text = get(client_for(owner), ENABLE, all=1)
    assert "Enable for 100 numbers" in text
    assert "This takes 100 of 100 free seats." in text
    assert "2 numbers are left out" in text
    assert "All seats of Spam Monitoring and Remediation are taken." in text


def test_a_number_without_approval_leads_from_the_panel_to_the_form(
    client_for: ClientFor, globex: Account, stranger: User
) -> None:
    (number,) = world.make_dialers(globex, 1)
    client = client_for(stranger)
    response = client.get(ENABLE, {"ids": ids(number), "enroll": 1})
    assert response["Location"] == "/services/monitoring/enroll/"
    response = client.get(REGISTER, {"ids": ids(number), "enroll": 1})
    assert response["Location"] == "/services/registration/enroll/"
    factories.make_enrollment(globex, EnrolledService.MONITORING, EnrollmentState.SUBMITTED)
    assert client.get(ENABLE, {"ids": ids(number), "enroll": 1})["Location"] == "/services/"


def test_registering_shows_in_progress_in_the_list(client_for: ClientFor, acme: Account, owner: User) -> None:
    number = factories.make_number(acme)
    client = client_for(owner)
    assert "They show In Progress until it is done." in get(client, REGISTER, ids=ids(number))
    confirm(client, REGISTER, number)
    assert factories.status_of(number).registration == Registration.IN_PROGRESS


def test_a_dialog_gets_fragments_and_is_led_on_as_a_whole(client_for: ClientFor, acme: Account, owner: User) -> None:
    (number,) = world.make_dialers(acme, 1)
    client, htmx = client_for(owner), {"HX-Request": "true"}
    text = client.post(ENABLE, {"ids": ids(number)}, headers=htmx).content.decode()
    assert text.lstrip().startswith('<form class="popup-form"')
    data = {"ids": ids(number), "shown": 1, "token": uuid.uuid4(), "step": "confirm"}
    response = client.post(ENABLE, data, headers=htmx)
    assert response["HX-Redirect"].startswith("/services/jobs/")
    refused = client.post(ENABLE, {"step": "confirm"}, headers=htmx)
    assert refused.status_code == 200, "htmx shows nothing of a refusal"
    assert "No number is chosen" in refused.content.decode()


def test_who_may_not_change_anything_is_told_so(client_for: ClientFor, acme: Account, viewer: User) -> None:
    (number,) = world.make_dialers(acme, 1)
    client = client_for(viewer)
    for address in (ENABLE, DISABLE, REGISTER):
        response = client.get(address, {"ids": ids(number)})
        assert response.status_code == 403
        assert "Ask an owner of the account" in response.content.decode()
    assert confirm(client, ENABLE, number).status_code == 403


NASTY = ["\0", "'; DROP TABLE numbers; --", "<script>alert(1)</script>", "\u202e", "a" * 5_000, "\uff11\uff12"]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("name", ["ids", "q", "except", "remove", "token", "shown", "capability", "all"])
def test_nonsense_in_any_parameter_is_no_server_error(
    name: str, text: str, client_for: ClientFor, acme: Account, owner: User
) -> None:
    world.make_dialers(acme, 1)
    data = {"all": 1, "shown": 1, "token": uuid.uuid4(), "step": "confirm"} | {name: text}
    response = client_for(owner).post(ENABLE, data)
    assert response.status_code in (302, 400, 409)
    assert "<script>alert(1)" not in response.content.decode()
