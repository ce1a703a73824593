"""Reads the Number Reputation page as a person does."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from phone_numbers.states import Rating
from tests import factories

HTMX = {"HX-Request": "true"}


def get(client: Client, query: str = "", **headers: str) -> HttpResponse:
    """Ask for the list."""
    return client.get(f"{reverse('numbers:list')}?{query}", headers=headers or None)  # type: ignore[return-value]


def text(client: Client, query: str = "", **headers: str) -> str:
    """Return the page with its entities resolved."""
    response = get(client, query, **headers)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def listed(page: str) -> list[str]:
    """Return the numbers of the rows, in their order."""
    return re.findall(r'data-copy="(\+\d+)"', page)


def words(page: str) -> str:
    """Return what a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def follow(client: Client, page: str, rel: str) -> str:
    """Return the page that a step leads to, or ''."""
    step = re.search(rf'<a class="btn" id="step-{rel}" href="([^"]+)"', page)
    return html.unescape(client.get(html.unescape(step[1])).content.decode()) if step else ""


def make_many(account: Account, count: int) -> None:
    """Make so many numbers that tie in many columns."""
    for serial in range(count):
        area_code = (212, 312, 415, 617)[serial // 100]
        factories.make_number(
            account,
            f"+1{area_code}55501{serial % 100:02d}",
            label=f"Line {serial % 7}",
            area=("Denver, CO", "Austin, TX")[serial % 2],
            rating=Rating(serial % 4),
            last_updated=factories.NOW + timedelta(seconds=serial // 3),
        )
