"""Two people saved the same part: both texts are shown, and the later one chooses question by question (D15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enrollment.forms.base import SectionForm, typed
from enrollment.forms.steps import SECTIONS
from enrollment.models import ProfileSection
from enrollment.selectors.profile import Profile
from enrollment.states import SectionKey

PICK = "pick-"


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that the two answered differently, with both answers in words and as they would be sent."""

    name: str
    question: str
    mine: str
    theirs: str


def show_conflict(
    request: HttpRequest, form: SectionForm, section: ProfileSection, frame: dict[str, Any]
) -> HttpResponse:
    """Show both texts; what the two agree on is carried along."""
    mine, theirs = form.kept(), section.answers
    differences = [
        Difference(
            name,
            str(field.label),
            form.spoken(name, mine.get(name, "")),
            form.spoken(name, theirs.get(name, "")),
        )
        for name, field in form.fields.items()
        if mine.get(name, "") != theirs.get(name, "")
    ]
    hidden = [(name, one) for name, answer in mine.items() for one in _each(answer)]
    context = frame | {"section": section, "differences": differences, "hidden": hidden}
    return render(request, "enrollment/conflict.html", context, status=409)


def resolved(request: HttpRequest, profile: Profile, key: SectionKey) -> dict[str, Any] | None:
    """Return the answers that were chosen on the conflict page; None for any other form."""
    if "resolve" not in request.POST:
        return None
    mine, theirs = typed(SECTIONS[key], request.POST), profile.answers(key)
    return {
        name: theirs.get(name, "") if request.POST.get(f"{PICK}{name}") == "theirs" else answer
        for name, answer in mine.items()
    }


def _each(answer: Any) -> list[str]:
    return [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]
