"""`{% icon "bell" %}`: one symbol of the sprite `static/vendor/icons.svg`, whose names package.json lists."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Return the icon as SVG, 20 px unless a class says otherwise.

    Without a `label` it is decoration and hidden from screen readers; with one it is a picture with that name.
    """
    reader = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f"icon {css}".strip(),
        reader,
        static("vendor/icons.svg"),
        name,
    )
