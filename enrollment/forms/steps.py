"""The steps of the form for each service, in order, and how far an account is with each (D13, D15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.forms import BoundField

from enrollment.forms.base import AccountFacts, SectionForm
from enrollment.forms.business import BusinessForm
from enrollment.forms.calls import CallsForm
from enrollment.forms.contacts import ContactsForm
from enrollment.forms.practices import PracticesForm
from enrollment.reasons import Reason
from enrollment.selectors.profile import Profile
from enrollment.states import EnrolledService, ReasonCode, SectionKey

SECTIONS: dict[SectionKey, type[SectionForm]] = {
    SectionKey.BUSINESS: BusinessForm,
    SectionKey.CONTACTS: ContactsForm,
    SectionKey.CALLS: CallsForm,
    SectionKey.PRACTICES: PracticesForm,
}
SERVICE_SECTIONS = {
    EnrolledService.REGISTRATION: (SectionKey.BUSINESS, SectionKey.CONTACTS, SectionKey.CALLS),
    EnrolledService.MONITORING: (SectionKey.BUSINESS, SectionKey.CONTACTS, SectionKey.CALLS, SectionKey.PRACTICES),
}
LETTER, REVIEW = "letter", "review"


# Where the applicant looks first after a reason that is about no single question.
REASON_STEPS = {
    ReasonCode.CONTACT: SectionKey.CONTACTS,
    ReasonCode.RECORDS: SectionKey.BUSINESS,
    ReasonCode.DOMAIN: SectionKey.CONTACTS,
    ReasonCode.LETTER: LETTER,
    ReasonCode.NUMBERS: SectionKey.CALLS,
    ReasonCode.PRACTICES: SectionKey.PRACTICES,
}


class Progress(StrEnum):
    """How far a step is."""

    EMPTY = "empty"
    BEGUN = "begun"
    DONE = "done"


PROGRESS_WORDS = {Progress.EMPTY: "Not begun", Progress.BEGUN: "Begun", Progress.DONE: "Complete"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the form: its word in the address, its title, how far it is."""

    slug: str
    title: str
    progress: Progress

    @property
    def words(self) -> str:
        """Return how far it is, in words."""
        if self.slug == REVIEW:
            return "At the end" if self.progress is Progress.EMPTY else "Ready"
        return PROGRESS_WORDS[self.progress]


def facts_of(profile: Profile) -> AccountFacts:
    """Return what the form needs to know of the account."""
    return AccountFacts(has_byoc=profile.has_byoc, proofs=len(profile.proofs))


def section_form(profile: Profile, key: SectionKey, *, judged: bool) -> SectionForm:
    """Return one part of the form with the answers that are kept."""
    return SECTIONS[key](profile.answers(key), judged=judged, facts=facts_of(profile))


def steps_of(profile: Profile, service: EnrolledService) -> list[Step]:
    """Return every step of a service's form, and how far it is; the last one is handing in."""
    found = [Step(key, key.label, _progress(profile, key)) for key in SERVICE_SECTIONS[service]]
    letter = Step(LETTER, "Letter of authorization", _letter_progress(profile))
    done = all(step.progress is Progress.DONE for step in (*found, letter))
    return [*found, letter, Step(REVIEW, "Review and submit", Progress.BEGUN if done else Progress.EMPTY)]


def first_unfinished(steps: list[Step]) -> Step:
    """Return the step to go on with: the first that is not complete."""
    return next(step for step in steps if step.progress is not Progress.DONE)


def step_of(reason: Reason, service: EnrolledService) -> str:
    """Return the step that a reason is about; '' for one about all of it."""
    for key in SERVICE_SECTIONS[service]:
        if reason.get("field") in SECTIONS[key].base_fields:
            return key
    code = reason.get("code", "")
    slug = REASON_STEPS.get(ReasonCode(code), "") if code else ""
    return slug if slug in (*SERVICE_SECTIONS[service], LETTER) else ""


def to_correct(reasons: Sequence[Reason], service: EnrolledService) -> frozenset[str]:
    """Return the steps that the reasons of a returned application are about."""
    return frozenset(step_of(reason, service) for reason in reasons) - {""}


def beside(steps: list[Step], slug: str) -> tuple[Step | None, Step | None]:
    """Return the steps before and after one."""
    place = [step.slug for step in steps].index(slug)
    before = steps[place - 1] if place else None
    after = steps[place + 1] if place + 1 < len(steps) else None
    return before, after


def _progress(profile: Profile, key: SectionKey) -> Progress:
    if key not in profile.sections:
        return Progress.EMPTY
    return Progress.DONE if section_form(profile, key, judged=True).is_valid() else Progress.BEGUN


def _letter_progress(profile: Profile) -> Progress:
    if profile.signed_letter:
        return Progress.DONE
    return Progress.BEGUN if profile.letter else Progress.EMPTY


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right before handing in: where, which question, and what is wrong."""

    step: Step
    question: str
    words: str


def problems_of(profile: Profile, service: EnrolledService) -> list[Problem]:
    """Return everything that is missing or wrong, in the order of the form."""
    steps = {step.slug: step for step in steps_of(profile, service)}
    found = [
        Problem(steps[key], str(field.label), str(words))
        for key in SERVICE_SECTIONS[service]
        for field in _wrong_fields(section_form(profile, key, judged=True))
        for words in field.errors
    ]
    if not profile.signed_letter:
        found.append(Problem(steps[LETTER], "Letter of authorization", _why_sign(profile)))
    return found


def _why_sign(profile: Profile) -> str:
    if profile.letter is None:
        return "Sign the letter of authorization."
    if profile.letter_was_refused:
        return "The letter was not accepted. Sign a new one."
    return "Names or addresses were changed after it was signed. Sign it again."


def _wrong_fields(form: SectionForm) -> list[BoundField]:
    return [form[name] for name in form.fields if name in form.errors]
