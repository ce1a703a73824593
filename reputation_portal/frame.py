"""What every page's frame needs: the account switcher, counts in the navigation, the person's zone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame; empty for anonymous people."""
    return {}
