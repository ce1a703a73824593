"""What the tests of the pages of cases share: opening a page, and reading what it says."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from remediation.models import Case

LIST = "/cases/"


def text(client: Client, address: str, status: int = 200, **kwargs: object) -> str:
    """Open a page and return its HTML."""
    answer = client.get(address, **kwargs)  # type: ignore[arg-type]
    assert answer.status_code == status
    return answer.content.decode()


def plain(html: str) -> str:
    """Return the words of a page as they are read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def address_of(case: Case) -> str:
    return reverse("cases:detail", args=[case.uuid])


def act(client: Client, case: Case, action: str, **data: str) -> str:
    """Do something with a case as its page does, and return the words of the page that follows."""
    answer = client.post(reverse("cases:act", args=[case.uuid, action]), data, follow=True)
    return plain(answer.content.decode())


def numbers_shown(html: str) -> list[str]:
    """Return the numbers of the rows of the list."""
    return re.findall(r'class="phone" href="/cases/[^"]+" title="(\+\d+)"', html)
