"""Makes the application out of complete answers: the values, and the questions as they were asked."""

from __future__ import annotations

from typing import Any

from enrollment.application import FORM_VERSION
from enrollment.forms.base import SectionForm
from enrollment.forms.practices import PracticesForm, no_answers
from enrollment.forms.steps import SERVICE_SECTIONS, section_form
from enrollment.selectors.profile import Profile
from enrollment.services.submission import Application
from enrollment.states import EnrolledService, SectionKey


def application_of(profile: Profile, service: EnrolledService) -> Application | None:
    """Return what would be handed in now; None while something is missing or wrong."""
    forms = {key: section_form(profile, key, judged=True) for key in SERVICE_SECTIONS[service]}
    letter = profile.signed_letter
    if letter is None or not all(form.is_valid() for form in forms.values()):
        return None
    values: dict[str, Any] = {}
    for form in forms.values():
        values |= form.kept()
    content = {
        "form_version": FORM_VERSION,
        "values": values,
        "sections": [_asked(key, form) for key, form in forms.items()],
        "proofs": [str(proof.uuid) for proof in profile.proofs],
    }
    versions = {str(key): profile.sections[key].version for key in forms}
    said_no = no_answers(profile.answers(SectionKey.PRACTICES)) if SectionKey.PRACTICES in forms else []
    return Application(content=content, letter=letter, no_answers=len(said_no), versions=versions)


def answered_sections(profile: Profile, service: EnrolledService) -> list[dict[str, Any]]:
    """Return each part with its questions and answers in words, also where something is missing."""
    shown = []
    for key in SERVICE_SECTIONS[service]:
        form = section_form(profile, key, judged=True)
        form.is_valid()
        shown.append(_asked(key, form))
    return shown


def _asked(key: SectionKey, form: SectionForm) -> dict[str, Any]:
    kept = form.kept()
    groups = [
        {
            "title": group.title,
            "answers": [
                _answer(form, field.name, str(field.label), kept) for field in fields if _counts(field.name, kept)
            ],
        }
        for group, fields in form.rows
    ]
    return {"key": str(key), "title": key.label, "groups": groups}


def _counts(name: str, kept: dict[str, Any]) -> bool:
    """Tell whether a question was really asked: those about another billing address or contact only where it is one."""
    if name.startswith("billing_contact_") and name != "billing_contact_same":
        return kept.get("billing_contact_same") != "yes"
    if name.startswith("billing_") and name not in ("billing_same", "billing_contact_same"):
        return kept.get("billing_same") != "yes"
    return name != "byoc_carriers" or kept.get("uses_byoc") == "yes"


def _answer(form: SectionForm, name: str, question: str, kept: dict[str, Any]) -> dict[str, Any]:
    answer = kept.get(name, "")
    return {
        "name": name,
        "question": question,
        "answer": form.spoken(name, answer),
        "no": name in PracticesForm.base_fields and answer == "no",
    }
