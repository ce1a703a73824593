"""Addresses of pages by URL name, looked up once: a page names dozens, and they do not change while a process runs."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.urls import get_urlconf, reverse


def address_of(name: str) -> str:
    """Return the address of a page that takes no arguments. NoReverseMatch when there is no such page."""
    return _reversed(name, urlconf())


def urlconf() -> str:
    """Return the root of the addresses that hold now: what is remembered about addresses is remembered for one root."""
    return get_urlconf() or settings.ROOT_URLCONF


@cache
def _reversed(name: str, urlconf: str) -> str:
    return reverse(name, urlconf=urlconf)
