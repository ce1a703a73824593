"""The two cards of Services details: what a service gives, where the account stands, and the one button that is right.

D14 decides the button by the state of the enrollment; a missing license comes first, since nothing else would help.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from accounts import selectors as account_selectors
from accounts.eligibility import REMEDIATION_TIERS, hub_features
from accounts.eligibility_words import ReasonCode, reason_words
from accounts.models import Account
from accounts.products import LicenseKind
from enrollment.models import EnrolledService, Enrollment, NumberAtProvider, NumberJob
from enrollment.reasons import lines_of
from enrollment.selectors import history, number_facts
from enrollment.selectors.number_jobs import Standing, monitoring_standing, registration_standing
from enrollment.states import EnrollmentState
from phone_numbers.models import NumberCount

UNDER_REVIEW = frozenset({EnrollmentState.SUBMITTED, EnrollmentState.IN_REVIEW, EnrollmentState.PROVIDER_VETTING})
SENT_BACK = frozenset({EnrollmentState.NEEDS_INFORMATION, EnrollmentState.REJECTED})
GIVES = {
    EnrolledService.REGISTRATION: (
        "Registers your business and its numbers with the analytics engines behind the carriers' labels.",
        "Opens score reports: the four reputation metrics and the overall rating of each number.",
    ),
    EnrolledService.MONITORING: (
        "Watches your outbound dialer numbers and alerts you as soon as one is labeled as spam.",
        "Has wrong labels re-evaluated by itself; nothing is to be done by hand.",
    ),
}
# The full labels of the articles (R42, D29).
BEGIN = {
    EnrolledService.REGISTRATION: "Enable Enterprise spam registration",
    EnrolledService.MONITORING: "Enable spam monitoring and remediation",
}
TO_NUMBERS = {
    EnrolledService.REGISTRATION: ("Register numbers", "registration=not_registered"),
    EnrolledService.MONITORING: ("Enable spam monitoring and remediation", "capability=off"),
}
STATE_WORDS: dict[str, str] = {
    "": "Not enrolled",
    EnrollmentState.DRAFT: "Form not finished",
    EnrollmentState.SUBMITTED: "Under review",
    EnrollmentState.IN_REVIEW: "Under review",
    EnrollmentState.NEEDS_INFORMATION: "More information needed",
    EnrollmentState.PROVIDER_VETTING: "Under review at the provider",
    EnrollmentState.APPROVED: "Approved",
    EnrollmentState.REJECTED: "Rejected",
    EnrollmentState.ENDED: "Ended",
}
STATE_CSS: dict[str, str] = {
    EnrollmentState.DRAFT: "is-mixed",
    EnrollmentState.NEEDS_INFORMATION: "is-mixed",
    EnrollmentState.APPROVED: "is-healthy",
    EnrollmentState.REJECTED: "is-spam",
}


@dataclass(frozen=True, slots=True)
class Button:
    """The one button of a card; `url_name` '' with `query`: the list of numbers. `why_not` disables it, in words."""

    label: str
    url_name: str
    query: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats in force and how many of them are held."""

    total: int
    taken: int

    @property
    def free(self) -> int:
        """Return how many seats are free."""
        return max(0, self.total - self.taken)


@dataclass(frozen=True, slots=True)
class Card:
    """One service of an account, as Services details shows it."""

    service: EnrolledService
    gives: tuple[str, ...]
    licenses: tuple[str, ...]
    missing: str
    state: str
    state_css: str
    reasons: tuple[str, ...]
    button: Button
    standing: tuple[Standing, ...]
    seats: Seats | None = None
    gates: tuple[tuple[str, str], ...] = ()

    @property
    def is_approved(self) -> bool:
        """Tell whether numbers can be chosen for the service."""
        return self.state == STATE_WORDS[EnrollmentState.APPROVED]


def service_cards(account: Account, *, today: date) -> list[Card]:
    """Return the cards of both services. Needs the account's scope."""
    kinds = account_selectors.valid_license_kinds(account, today=today)
    enrollments = {one.service: one for one in Enrollment.objects.all()}
    seats = Seats(
        account_selectors.seats(account, LicenseKind.SPAM_MONITORING, today=today), number_facts.seats_taken()
    )
    gates = _gates(account)
    return [
        _card(service, enrollments.get(service), kinds, seats=seats, gates=gates)
        for service in (EnrolledService.REGISTRATION, EnrolledService.MONITORING)
    ]


def waiting_at_provider() -> tuple[int, str]:
    """Return how many numbers of the open account its provider could not be asked about, and why the last time."""
    stuck = NumberAtProvider.objects.filter(due_at__isnull=False).exclude(reason="")
    newest = stuck.order_by("-since").values_list("reason", flat=True).first()
    return (stuck.count(), newest) if newest else (0, "")


def recent_jobs(limit: int = 5) -> list[NumberJob]:
    """Return what was done last for numbers of the open account, newest first."""
    return list(NumberJob.objects.select_related("actor").order_by("-created_at")[:limit])


def _card(
    service: EnrolledService,
    enrollment: Enrollment | None,
    kinds: frozenset[LicenseKind],
    *,
    seats: Seats,
    gates: tuple[tuple[str, str], ...],
) -> Card:
    state = enrollment.state if enrollment else ""
    missing = _missing(service, kinds)
    is_monitoring = service == EnrolledService.MONITORING
    return Card(
        service=service,
        gives=GIVES[service],
        licenses=tuple(kind.label for kind in LicenseKind if kind in _opening(service) & kinds),
        missing=missing,
        state=STATE_WORDS[state],
        state_css=STATE_CSS.get(state, "is-progress" if state in UNDER_REVIEW else "is-none"),
        reasons=_reasons(enrollment),
        button=_button(service, state, missing),
        standing=_standing(service),
        seats=seats if is_monitoring else None,
        gates=gates if state == EnrollmentState.PROVIDER_VETTING else (),
    )


def _standing(service: EnrolledService) -> tuple[Standing, ...]:
    """Return how many numbers stand where with a service, those it has nothing to do with left out."""
    is_registration = service == EnrolledService.REGISTRATION
    totals = NumberCount.objects.order_by().values_list("registration" if is_registration else "capability")
    counts = {state: n for state, n in totals.annotate(n=Sum("n")) if state and n}
    return tuple(registration_standing(counts) if is_registration else monitoring_standing(counts))


def _opening(service: EnrolledService) -> frozenset[LicenseKind]:
    """Return the kinds of licenses of which one opens the service (D1)."""
    if service == EnrolledService.REGISTRATION:
        return frozenset({LicenseKind.SPAM_REGISTRATION})
    return frozenset({LicenseKind.SPAM_MONITORING, *REMEDIATION_TIERS})


def _missing(service: EnrolledService, kinds: frozenset[LicenseKind]) -> str:
    features = hub_features(kinds)
    if service == EnrolledService.REGISTRATION:
        return "" if features.registration else reason_words(ReasonCode.NO_ESR)
    return "" if features.monitoring else reason_words(ReasonCode.NO_MONITORING_LICENSE)


def _button(service: EnrolledService, state: str, missing: str) -> Button:
    form = f"services:{service}_enroll"
    label, query = TO_NUMBERS[service]
    if missing:
        return Button(BEGIN[service], form, why_not="The license named above is needed first.")
    if state == EnrollmentState.APPROVED:
        return Button(label, "", query)
    if state in UNDER_REVIEW:
        return Button("Under review", form, why_not="The application is under review. You are told by e-mail.")
    if state in SENT_BACK:
        return Button("Correct and resubmit", form)
    return Button("Continue" if state == EnrollmentState.DRAFT else BEGIN[service], form)


def _reasons(enrollment: Enrollment | None) -> tuple[str, ...]:
    """Return why the application came back, as far as the reviewer or the provider said it."""
    if enrollment is None or enrollment.state not in SENT_BACK:
        return ()
    return tuple(lines_of(enrollment.reasons, enrollment.application))


def _gates(account: Account) -> tuple[tuple[str, str], ...]:
    """Return the decisions of the account's provider, each with its word (D13)."""
    named = history.gates_of(account)
    if named is None:
        return ()
    return (
        ("Business", named.get_business_gate_display()),
        ("Letter of authorization", named.get_letter_gate_display()),
    )
