"""Nothing typed is ever lost: two admins, two tabs, the back button, a session that runs out (D15)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Role, User
from enrollment.selectors import profile
from enrollment.services import drafts
from enrollment.states import SectionKey
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import forms_world as world
from tests.enrollment.at_once import outcomes
from tests.enrollment.forms_world import MONITORING, address, post_step

BUSINESS = SectionKey.BUSINESS


@pytest.fixture
def manager(client_for: ClientFor, stranger: User) -> Client:
    return client_for(stranger)


@pytest.fixture
def colleague(globex: Account, client_for: ClientFor) -> Client:
    """Another admin of the same account."""
    return client_for(factories.make_member(globex, role=Role.ADMIN, can_edit_settings=True))


def kept(account: Account, name: str) -> Any:
    return profile.profile_of(account).values.get(name)


def test_two_admins_get_both_texts_and_choose_question_by_question(
    manager: Client, colleague: Client, globex: Account
) -> None:
    theirs = {**world.BUSINESS, "trading_name": "Theirs", "license_number": "THEIRS-1"}
    mine = {**world.BUSINESS, "trading_name": "Mine", "license_number": "MINE-1"}
    post_step(colleague, MONITORING, BUSINESS, theirs, version="0")
    page = post_step(manager, MONITORING, BUSINESS, mine, version="0")
    assert page.status_code == 409
    shown = [(one.name, one.mine, one.theirs) for one in page.context["differences"]]
    assert shown == [("trading_name", "Mine", "Theirs"), ("license_number", "MINE-1", "THEIRS-1")]
    assert kept(globex, "trading_name") == "Theirs"
    sent = dict(page.context["hidden"]) | {
        "resolve": "1",
        "version": str(page.context["section"].version),
        "pick-trading_name": "mine",
        "pick-license_number": "theirs",
    }
    answer = manager.post(address(MONITORING, BUSINESS), sent)
    assert answer["Location"] == address(MONITORING, "contacts")
    assert (kept(globex, "trading_name"), kept(globex, "license_number")) == ("Mine", "THEIRS-1")


def test_a_conflict_while_choosing_is_shown_again(manager: Client, colleague: Client, globex: Account) -> None:
    post_step(colleague, MONITORING, BUSINESS, {**world.BUSINESS, "trading_name": "First"}, version="0")
    page = post_step(manager, MONITORING, BUSINESS, version="0")
    post_step(colleague, MONITORING, BUSINESS, {**world.BUSINESS, "trading_name": "Second"}, version="1")
    sent = dict(page.context["hidden"]) | {"resolve": "1", "version": "1", "pick-trading_name": "mine"}
    again = manager.post(address(MONITORING, BUSINESS), sent)
    assert again.status_code == 409
    assert [one.theirs for one in again.context["differences"]] == ["Second"]


def test_lists_survive_the_conflict_page(manager: Client, colleague: Client, globex: Account) -> None:
    post_step(colleague, MONITORING, SectionKey.CALLS, {**world.CALLS, "products": ["phone"]}, version="0")
    both = {**world.CALLS, "products": ["contact_center", "phone"]}
    page = post_step(manager, MONITORING, SectionKey.CALLS, both, version="0")
    assert [value for name, value in page.context["hidden"] if name == "products"] == ["contact_center", "phone"]
    assert page.context["differences"][0].theirs == "Phone"


def test_people_who_work_on_different_steps_do_not_meet(manager: Client, colleague: Client) -> None:
    assert post_step(colleague, MONITORING, BUSINESS, version="0").status_code == 302
    assert post_step(manager, MONITORING, SectionKey.CONTACTS, version="0").status_code == 302


def test_autosave_tells_of_a_conflict_and_overwrites_nothing(
    manager: Client, colleague: Client, globex: Account
) -> None:
    post_step(colleague, MONITORING, BUSINESS, {**world.BUSINESS, "trading_name": "Theirs"}, version="0")
    answer = post_step(manager, MONITORING, BUSINESS, go="auto", version="0")
    assert answer.status_code == 409
    assert kept(globex, "trading_name") == "Theirs"


def test_a_form_of_the_back_button_is_saved_or_shown_beside_the_newer_one(manager: Client, globex: Account) -> None:
    post_step(manager, MONITORING, BUSINESS, version="0")
    assert post_step(manager, MONITORING, BUSINESS, version="0").status_code == 302
    older = post_step(manager, MONITORING, BUSINESS, {**world.BUSINESS, "trading_name": "Older tab"}, version="0")
    assert older.status_code == 409
    assert "You saved this step in another tab" in older.content.decode()


@pytest.mark.parametrize("version", ["", "nonsense", "-1", "99999999999", "\u0661"])
def test_an_odd_version_is_one_that_nobody_saved(manager: Client, globex: Account, version: str) -> None:
    assert post_step(manager, MONITORING, BUSINESS, version=version).status_code == 302
    changed = {**world.BUSINESS, "trading_name": "Other"}
    assert post_step(manager, MONITORING, BUSINESS, changed, version=version).status_code == 409


def test_what_was_typed_when_the_session_ran_out_stands_in_the_form_after_sign_in(
    client: Client, globex: Account, stranger: User
) -> None:
    stranger.set_password("a password of one's own")
    stranger.save(update_fields=["password"])
    typed = {**world.BUSINESS, "trading_name": "Typed before", "for_account": str(globex.uuid), "version": "0"}
    led = client.post(address(MONITORING, BUSINESS), typed)
    assert led["Location"] == f"/accounts/login/?next={address(MONITORING, BUSINESS)}"
    client.post(led["Location"], {"login": stranger.email, "password": "a password of one's own"})
    page = client.get(address(MONITORING, BUSINESS))
    assert page.context["form"]["trading_name"].value() == "Typed before"
    assert "not saved yet" in page.content.decode()
    assert kept(globex, "trading_name") is None
    post_step(client, MONITORING, BUSINESS, {**world.BUSINESS, "trading_name": "Typed before"}, version="0")
    assert kept(globex, "trading_name") == "Typed before"
    assert not client.get(address(MONITORING, BUSINESS)).context["was_signed_out"]


def test_it_is_not_shown_to_another_account(client: Client, globex: Account) -> None:
    typed = {**world.BUSINESS, "trading_name": "Secret", "for_account": str(globex.uuid), "version": "0"}
    client.post(address(MONITORING, BUSINESS), typed)
    other = factories.make_account("other")
    client.force_login(factories.make_member(other))
    page = client.get(address(MONITORING, BUSINESS))
    assert "Secret" not in page.content.decode()


def test_more_than_a_session_should_hold_is_not_kept_there(client: Client, db: None) -> None:
    typed = dict.fromkeys(world.BUSINESS, "x" * 9000)
    assert client.post(address(MONITORING, BUSINESS), typed).status_code == 302
    assert "unsaved_step" not in client.session


def test_autosave_without_a_session_says_so(client: Client, db: None) -> None:
    answer = client.post(address(MONITORING, BUSINESS), {**world.BUSINESS, "go": "auto"})
    assert answer.status_code == 401


def test_many_saves_of_one_version_at_once_keep_one(globex: Account, stranger: User, transactional_db: None) -> None:
    def save(serial: int) -> object:
        try:
            return drafts.save_section(
                globex,
                MONITORING,
                BUSINESS,
                {"legal_name": f"Name {serial}"},
                based_on=0,
                actor=stranger,
                now=factories.NOW,
            ).version
        except drafts.ConflictError:
            return "conflict"

    found = outcomes(globex, save, times=12)
    assert sorted(map(str, found)) == ["1", *["conflict"] * 11]
