"""Enrolling a business as the help describes it, word by word: apply, be warned and rejected, correct, be approved."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from tests import factories
from tests.browser import page_checks
from tests.browser.conftest import Visit
from tests.browser.test_every_page import LAPTOP, PHONE, take_picture
from tests.enrollment import forms_world
from tests.enrollment.forms_world import MONITORING

PURPOSE = "We remind patients of appointments that they asked for, and call back those who asked us to."


def fill_business(page: Page, legal_name: str) -> None:
    """Section one, first step: the business."""
    expect(page.get_by_role("heading", name="Business", exact=True)).to_be_visible()
    page.get_by_label("Legal name").fill(legal_name)
    page.get_by_label("Trading name (DBA)").fill("Globex Energy")
    page.get_by_label("Website").fill("globex.example")
    page.get_by_label("The business itself: we call for ourselves").check()
    page.get_by_label("Tax ID (EIN)").fill("123456789")
    page.get_by_label("Kind of organization").select_option("commercial")
    page.get_by_label("Legal form").select_option("llc")
    page.get_by_label("State of incorporation").select_option("CO")
    page.get_by_label("Industry").select_option("healthcare")
    page.get_by_label("Employees").select_option("51-200")
    page.get_by_role("button", name="Save and continue").click()


def fill_contacts(page: Page) -> None:
    """Section one, second step: a wrong ZIP code is told at the field, and nothing else is lost."""
    expect(page.get_by_role("heading", name="Address and contacts")).to_be_visible()
    page.get_by_label("Street address", exact=True).fill("100 Main St")
    page.get_by_label("City", exact=True).fill("Denver")
    page.get_by_label("State", exact=True).select_option("CO")
    page.get_by_label("ZIP code", exact=True).fill("8020")
    page.get_by_role("group", name="Do bills go to the physical address?").get_by_label("Yes").check()
    page.get_by_label("First name", exact=True).fill("Gil")
    page.get_by_label("Last name", exact=True).fill("Okafor")
    page.get_by_label("Job title").fill("Owner")
    page.get_by_label("E-mail", exact=True).fill("gil@globex.example")
    page.get_by_label("Phone", exact=True).fill("(303) 555-0142")
    page.get_by_role("group", name="Does the same person answer").get_by_label("Yes").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("A ZIP code has five digits").last).to_be_visible()
    expect(page.get_by_label("Street address", exact=True)).to_have_value("100 Main St")
    page.get_by_label("ZIP code", exact=True).fill("80202")
    page.get_by_role("button", name="Save and continue").click()


def fill_calls(page: Page) -> None:
    """Section one, third step: why, how much, from which numbers."""
    expect(page.get_by_role("heading", name="Calls and numbers")).to_be_visible()
    page.get_by_label("What are the calls for?").fill(PURPOSE)
    page.get_by_label("Average calls per business day").fill("2500")
    page.get_by_label("Contact Center").check()
    page.get_by_role("group", name="Are some of these numbers").get_by_label("No").check()
    page.get_by_role("button", name="Save and continue").click()


def fill_practices(page: Page) -> None:
    """Section two: Yes to all but two."""
    expect(page.get_by_role("heading", name="Dialing practices")).to_be_visible()
    expect(page.get_by_text("Accurate answers are crucial.")).to_be_visible()
    for group in page.locator(".question fieldset").all():
        group.get_by_label("Yes").check()
    for question in ("Do you let it ring", "Do you leave a voicemail"):
        page.get_by_role("group", name=question).get_by_label("No").check()
    page.get_by_role("button", name="Save and continue").click()


def sign_letter(page: Page) -> None:
    """Sign by a typed name, which works with a keyboard and without scripts."""
    expect(page.get_by_role("heading", name="Sign it")).to_be_visible()
    expect(page.get_by_label("Full name of the signer")).to_have_value("Gil Okafor")
    page.get_by_label("Type your name as your signature").fill("Gil Okafor")
    page.get_by_role("button", name="Sign the letter").click()


def submit(page: Page) -> None:
    """Be warned of two No answers, attest, and submit."""
    expect(page.get_by_role("heading", name="Review and submit")).to_be_visible()
    expect(page.get_by_text("2 practices are answered with No. The service may be unable to assist.")).to_be_visible()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Tick this to submit.")).to_be_visible()
    page.get_by_label("I confirm for Globex").check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("was submitted for review.")).to_be_visible()
    expect(page.get_by_text("The application is waiting for a reviewer.")).to_be_visible()


def apply_for_monitoring(page: Page, live_server: LiveServer) -> None:
    """Enable the spam tag monitoring for your business, from Number Reputation to the submitted form."""
    page.goto(f"{live_server.url}/numbers/")
    page.get_by_role("link", name="Services details").first.click()
    page.get_by_role("link", name="Enable spam monitoring and remediation").click()
    expect(page.get_by_text("Business first, numbers after")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    fill_business(page, "Globex")
    fill_contacts(page)
    fill_calls(page)
    fill_practices(page)
    sign_letter(page)
    submit(page)


def open_application(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/reviews/")
    page.get_by_role("link", name="Globex").click()
    page.get_by_role("button", name="Start the review").click()
    expect(page.get_by_role("heading", name="Answers that need attention")).to_be_visible()


def reject(page: Page, live_server: LiveServer) -> None:
    """The reviewer rejects with a reason from the list, words of their own and a note to one answer."""
    open_application(page, live_server)
    page.get_by_label("Details do not match public records").check()
    page.get_by_label("In your own words").fill("The register of Colorado has another name.")
    page.locator("#answer-legal_name summary").click()
    page.get_by_label("Note to: Legal name").fill("Globex Energy, LLC?")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("The application was rejected")).to_be_visible()


def correct(page: Page, live_server: LiveServer) -> None:
    """The applicant sees the reasons, corrects, signs again and resubmits."""
    page.goto(f"{live_server.url}/services/")
    expect(page.get_by_text("The register of Colorado has another name.")).to_be_visible()
    page.get_by_role("link", name="Correct and resubmit").click()
    expect(page.get_by_role("heading", name="Why it was rejected")).to_be_visible()
    page.get_by_role("link", name="Business", exact=True).click()
    expect(page.get_by_text("Globex Energy, LLC?")).to_be_visible()
    fill_business(page, "Globex Energy, LLC")
    page.get_by_role("navigation", name="Steps of the form").get_by_role("link", name="Letter").click()
    expect(page.get_by_text("The letter was signed before names or addresses were changed.")).to_be_visible()
    page.get_by_label("Type your name as your signature").fill("Gil Okafor")
    page.get_by_role("button", name="Sign the letter").click()
    submit(page)


def approve(page: Page, live_server: LiveServer) -> None:
    """The reviewer sees that it was rejected before, and approves."""
    page.goto(f"{live_server.url}/reviews/")
    expect(page.get_by_text("Rejected before")).to_be_visible()
    open_application(page, live_server)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Tick this to approve.")).to_be_visible()
    page.get_by_label("I have read the answers, the letter and the checks.").check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The application was approved.")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"viewport": PHONE, "has_touch": True}])
def test_a_business_applies_is_rejected_corrects_and_is_approved(
    visit: Visit, live_server: LiveServer, globex: Account, stranger: User, reviewer: User, options: dict[str, Any]
) -> None:
    factories.make_number(globex, "+13035550101")
    applicant, desk = visit(stranger, **options), visit(reviewer, **options)
    apply_for_monitoring(applicant, live_server)
    reject(desk, live_server)
    correct(applicant, live_server)
    approve(desk, live_server)
    assert forms_world.enrollment_of(globex, MONITORING).state == EnrollmentState.APPROVED
    applicant.goto(f"{live_server.url}/services/monitoring/enroll/")
    expect(applicant.get_by_text("The business is approved.")).to_be_visible()
    expect(applicant.get_by_text("Rejected", exact=True)).to_be_visible()


def test_the_draft_saves_itself_while_typing(
    visit: Visit, live_server: LiveServer, globex: Account, stranger: User
) -> None:
    page = visit(stranger)
    page.goto(f"{live_server.url}/services/monitoring/enroll/business/")
    page.get_by_label("Legal name").fill("Typed and never sent")
    expect(page.get_by_text("Draft saved at")).to_be_visible()
    page.goto(f"{live_server.url}/services/monitoring/enroll/business/")
    expect(page.get_by_label("Legal name")).to_have_value("Typed and never sent")
    page.get_by_label("Trading name").fill("Once more")
    expect(page.get_by_text("Draft saved at")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def test_a_session_that_ends_in_the_middle_of_a_step_loses_nothing(
    visit: Visit, live_server: LiveServer, globex: Account, stranger: User
) -> None:
    stranger.set_password("a password of one's own")
    stranger.save(update_fields=["password"])
    page = visit(None)
    page.goto(f"{live_server.url}/accounts/login/?next=/services/monitoring/enroll/business/")
    sign_in_by_hand(page, stranger)
    page.get_by_label("Legal name").fill("Typed before the session ended")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save and continue").click()
    sign_in_by_hand(page, stranger)
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    expect(page.get_by_label("Legal name")).to_have_value("Typed before the session ended")


def sign_in_by_hand(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill("a password of one's own")
    page.get_by_role("button", name="Sign in").click()


def test_two_admins_see_both_texts(visit: Visit, live_server: LiveServer, globex: Account, stranger: User) -> None:
    colleague = factories.make_member(globex, role=factories.Role.ADMIN, can_edit_settings=True)
    first, second = visit(stranger, java_script_enabled=False), visit(colleague, java_script_enabled=False)
    for page, name in ((first, "First name for it"), (second, "Second name for it")):
        page.goto(f"{live_server.url}/services/monitoring/enroll/business/")
        page.get_by_label("Legal name").fill(name)
    first.get_by_role("button", name="Save draft").click()
    second.get_by_role("button", name="Save draft").click()
    choice = second.get_by_role("group", name="Legal name")
    expect(choice).to_contain_text("First name for it")
    expect(choice).to_contain_text("Second name for it")
    take_picture(second, "enrollment-conflict")
    choice.get_by_label("Saved by").check()
    second.get_by_role("button", name="Keep the chosen texts").click()
    second.goto(f"{live_server.url}/services/monitoring/enroll/business/")
    expect(second.get_by_label("Legal name")).to_have_value("First name for it")


def test_a_signature_is_drawn(visit: Visit, live_server: LiveServer, globex: Account, stranger: User) -> None:
    forms_world.fill(globex, MONITORING, stranger)
    page = visit(stranger)
    page.goto(f"{live_server.url}/services/monitoring/enroll/letter/")
    page.get_by_text("Sign it again").click()
    page.get_by_label("Draw your signature").check()
    pad = page.locator("[data-pad]")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 20, steps=8)
    page.mouse.move(box["x"] + 300, box["y"] + 70, steps=8)
    page.mouse.up()
    take_picture(page, "enrollment-signature")
    page.get_by_role("button", name="Sign the letter").click()
    expect(page.get_by_role("heading", name="Review and submit")).to_be_visible()


PAGES = ("", "business/", "contacts/?check=1", "calls/", "practices/", "letter/", "review/")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("laptop-light", {"viewport": LAPTOP, "color_scheme": "light"}),
        ("phone-dark", {"viewport": PHONE, "color_scheme": "dark", "has_touch": True}),
    ],
)
def test_every_page_of_the_form_fits_the_screen_and_can_be_read(
    kind: str, options: dict[str, object], visit: Visit, live_server: LiveServer, globex: Account, stranger: User
) -> None:
    forms_world.fill(
        globex, MONITORING, stranger, hours="no", voicemail="no", zip_code="1", contact_email="a@gmail.com"
    )
    page, faults = visit(stranger, **options), {}
    for path in PAGES:
        page.goto(f"{live_server.url}/services/monitoring/enroll/{path}")
        take_picture(page, f"enrollment-{path.partition('/')[0] or 'overview'}-{kind}")
        faults[path] = page_checks.faults_of(page)
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [LAPTOP, PHONE])
def test_the_reviewers_pages_fit_the_screen_and_can_be_read(
    visit: Visit, live_server: LiveServer, globex: Account, stranger: User, reviewer: User, width: dict[str, int]
) -> None:
    applied: Enrollment = forms_world.submit(globex, MONITORING, stranger, hours="no", contact_email="a@gmail.com")
    page, faults = visit(reviewer, viewport=width), {}
    open_application(page, live_server)
    for path in ("/reviews/", f"/reviews/{applied.uuid}/", "/reviews/mail/"):
        page.goto(f"{live_server.url}{path}")
        take_picture(page, f"reviews{path.replace('/', '-')[8:].rstrip('-')[:6]}-{width['width']}")
        faults[path] = page_checks.faults_of(page)
    assert {path: found for path, found in faults.items() if found} == {}
