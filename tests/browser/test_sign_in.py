"""Signing in and out, as a person does it."""

import re

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import SignIn

PASSWORD = "correct horse battery staple"


def test_an_owner_signs_in_by_the_form_and_out_again(page: Page, live_server: LiveServer, owner: User) -> None:
    owner.set_password(PASSWORD)
    owner.save(update_fields=["password"])

    page.goto(live_server.url)
    expect(page).to_have_url(re.compile(r"/accounts/login/"))
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/")

    page.goto(f"{live_server.url}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto(live_server.url)
    expect(page).to_have_url(re.compile(r"/accounts/login/"))


def test_a_wrong_password_is_refused_in_words(page: Page, live_server: LiveServer, owner: User) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("not correct")).to_be_visible()


def test_home_works_for_a_signed_in_viewer(sign_in: SignIn, live_server: LiveServer, viewer: User) -> None:
    page = sign_in(viewer)
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme")
