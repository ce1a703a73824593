"""Keeps what was typed into a step when the session ran out in the middle of it (D15: nothing typed is ever lost).

The form arrives without a person. Its answers wait in the new, still anonymous session, which sign-in takes over, and
stand in the form again when the step is opened. They are kept for the account that the form was drawn for.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.middleware import FORM_FIELD
from accounts.models import Account

KEY = "unsaved_step"
LIMIT = 60_000  # characters of one form


def keep(request: HttpRequest, answers: dict[str, Any], *, version: str) -> bool:
    """Keep what a form without a person holds; False when it is too long to wait in a session."""
    if sum(len(str(answer)) for answer in answers.values()) > LIMIT:
        return False
    request.session[KEY] = {
        "path": request.path,
        "account": request.POST.get(FORM_FIELD, "")[:40],
        "answers": answers,
        "version": version[:10],
    }
    return True


def waiting(request: HttpRequest, account: Account) -> dict[str, Any] | None:
    """Return what waits for this step of this account: `answers` and `version`."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if not kept or kept["path"] != request.path or kept["account"] not in ("", str(account.uuid)):
        return None
    return kept


def forget(request: HttpRequest) -> None:
    """Drop what waited for this step: it has been saved."""
    kept = request.session.get(KEY)
    if kept and kept["path"] == request.path:
        del request.session[KEY]
