"""What the tests of exports share: asking for the CSV of numbers, and reading it to its end."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.test import Client
from django.urls import reverse


def begin_download(client: Client, query: str = "") -> Any:
    return client.get(f"{reverse('numbers:export')}?{query}")


def body_of(response: Any) -> bytes:
    """Read the answer to its end, which closes it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def status_of(client: Client, query: str = "") -> int:
    response = begin_download(client, query)
    body_of(response)
    return int(response.status_code)


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    response = begin_download(client, query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(body_of(response).decode(), newline="")))
