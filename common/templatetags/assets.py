"""`{% asset "css/list.css" %}`: the address of a static file, found once for each process."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return the address of a static file: it cannot change while a process runs, and a page names twenty."""
    return static(path)
