"""Every field with what people and attackers type: a message at the field, or stored and escaped, never a 500."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account, User
from enrollment.forms.steps import SECTIONS
from enrollment.selectors import profile
from enrollment.states import SectionKey
from tests.conftest import ClientFor
from tests.enrollment import forms_world as world
from tests.enrollment.forms_world import MONITORING, address, post_step

# The usual ones: markup, templates, SQL, format strings, control and direction marks, other scripts, odd numbers, long.
NAUGHTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% include 'x' %}",
    "'; DROP TABLE enrollment_enrollment; --",
    "%s%s%n${7*7}{0.__class__}",
    "=cmd|' /C calc'!A0",
    "a\0b",
    "\x07\x1b[31mred",
    "\u202egpj.exe",
    "\ufeff\u200b\u2060",
    "\ud7ff\ue000\uffff",
    "Ω≈ç√∫µ≤≥÷ 田中さん 👩‍👩‍👧‍👧 مرحبا",
    "z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍",
    "1e999",
    "NaN",
    "-1",
    "null",
    "../../../../etc/passwd",
    "http://[::1]:8000/",
    "https://[",
    "https://xn--/",
    "https://a..b/",
    "x" * 9_999,
    "x" * 100_000,
    "\r\nSet-Cookie: a=b",
)


@pytest.fixture
def manager(client_for: ClientFor, stranger: User) -> Client:
    client = client_for(stranger)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
@pytest.mark.parametrize("key", SECTIONS)
def test_each_field_takes_it_or_says_what_is_wrong(
    manager: Client, globex: Account, key: SectionKey, text: str
) -> None:
    answers = {name: [text] if name == "products" else text for name in SECTIONS[key].base_fields}
    answer = post_step(manager, MONITORING, key, answers, version="0")
    assert answer.status_code == 400
    assert text not in answer.content.decode() or not set(text) & set("<>\"'")
    kept = profile.profile_of(globex).answers(key)
    assert set(kept) == set(SECTIONS[key].base_fields)
    for page in (address(MONITORING), address(MONITORING, key), address(MONITORING, "review")):
        shown = manager.get(page)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.content.decode()
        assert "<img src=x" not in shown.content.decode()


FREE = (
    (SectionKey.BUSINESS, "trading_name"),
    (SectionKey.BUSINESS, "license_number"),
    (SectionKey.CONTACTS, "street"),
    (SectionKey.CALLS, "call_purpose"),
    (SectionKey.CALLS, "number_groups"),
)


@pytest.mark.parametrize("text", NAUGHTY[:6], ids=range(6))
@pytest.mark.parametrize(("key", "name"), FREE)
def test_free_text_is_kept_as_typed_and_escaped_wherever_it_is_shown(
    manager: Client, globex: Account, key: SectionKey, name: str, text: str
) -> None:
    assert post_step(manager, MONITORING, key, {**world.ANSWERS[key], name: text}, version="0").status_code == 302
    assert profile.profile_of(globex).values[name] == text
    shown = manager.get(address(MONITORING, "review")).content.decode()
    assert text not in shown or not set(text) & set("<>\"'")


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_the_signing_form_takes_it_or_says_what_is_wrong(manager: Client, text: str) -> None:
    for key in (SectionKey.BUSINESS, SectionKey.CONTACTS):
        post_step(manager, MONITORING, key)
    data = {"signer_name": text, "signer_title": text, "typed": text, "drawing": text, "method": "typed"}
    for method in ("typed", "drawn", "uploaded", text):
        assert manager.post(address(MONITORING, "letter"), {**data, "method": method}).status_code in (302, 400)


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_reviewers_words_are_taken_and_escaped_or_refused(
    manager: Client, globex: Account, stranger: User, reviewer: User, client_for: ClientFor, text: str
) -> None:
    applied = world.submit(globex, MONITORING, stranger)
    desk = client_for(reviewer)
    desk.raise_request_exception = False
    href = f"/reviews/{applied.uuid}/"
    desk.post(href, {"action": "claim"})
    answer = desk.post(href, {"action": "reject", "text": text, "codes": text, "note-ein": text})
    assert answer.status_code in (302, 400)
    answer = desk.post(href, {"action": "ask", "text": "x", "note-ein": text})
    assert answer.status_code == 302
    for page in (manager.get(address(MONITORING)), desk.get(href), desk.get("/reviews/mail/")):
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
