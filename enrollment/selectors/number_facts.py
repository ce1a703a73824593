"""The facts behind eligibility, gathered for any selection of numbers in one query and for their account in a few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from accounts import selectors as account_selectors
from accounts.eligibility import TOLL_FREE_PREFIXES
from accounts.models import Account
from accounts.products import LicenseKind, Product
from enrollment.models import EnrolledService, Enrollment, ServiceAssignment
from enrollment.selectors import ownership
from enrollment.verdicts import AccountFacts, NumberFacts
from phone_numbers.models import CampaignNumber, PhoneNumber
from phone_numbers.states import OUTBOUND_DIALING_METHODS, CampaignState, Origin

COLUMNS = (
    "product",
    "country",
    "toll_free",
    "byoc",
    "dials_contact_center",
    "dials_phone",
    "holds_seat",
    "registration",
    "capability",
)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number as a confirmation names it, with its facts."""

    pk: int
    uuid: str
    e164: str
    label: str
    facts: NumberFacts


def with_facts(numbers: QuerySet[PhoneNumber]) -> QuerySet[Any]:
    """Add what the rule looks at to every number, as columns of the names of `NumberFacts`."""
    return numbers.annotate(
        toll_free=_is(_is_toll_free()),
        byoc=_is(Q(origin=Origin.BYOC)),
        dials_contact_center=Exists(_dialing(Product.CONTACT_CENTER)),
        dials_phone=Exists(_dialing(Product.PHONE)),
        holds_seat=Exists(ServiceAssignment.objects.filter(number=OuterRef("pk"), holds_seat=True)),
        registration=F("status__registration"),
        capability=F("status__capability"),
    )


def facts_by_number(numbers: QuerySet[PhoneNumber]) -> list[tuple[int, NumberFacts]]:
    """Return the facts of each number by its key, in the order of the keys."""
    rows = with_facts(numbers).order_by("pk").values_list("pk", *COLUMNS)
    return [(pk, NumberFacts(*values)) for pk, *values in rows]


def number_lines(numbers: QuerySet[PhoneNumber], *, limit: int | None = None) -> list[NumberLine]:
    """Return each number with its facts, in the order of the keys, in which seats are given out."""
    rows = with_facts(numbers).order_by("pk").values_list("pk", "uuid", "e164", "label", *COLUMNS)[:limit]
    return [NumberLine(pk, str(uuid), e164, label, NumberFacts(*values)) for pk, uuid, e164, label, *values in rows]


def kinds_of(numbers: QuerySet[PhoneNumber]) -> list[tuple[NumberFacts, int]]:
    """Return the kinds of numbers in a selection and how many there are of each: one query over any number of rows."""
    rows = with_facts(numbers).order_by().values_list(*COLUMNS).annotate(n=Count("pk"))
    return [(NumberFacts(*values), n) for *values, n in rows]


def of_kinds(numbers: QuerySet[PhoneNumber], kinds: Iterable[NumberFacts]) -> QuerySet[Any]:
    """Return the numbers of a selection that are of any of these kinds."""
    wanted = Q(pk__in=[])
    for kind in kinds:
        wanted |= Q(**{name: getattr(kind, name) for name in COLUMNS})
    return with_facts(numbers).filter(wanted)


def account_facts(account: Account, *, today: date) -> AccountFacts:
    """Return what the rule looks at in an account on a day. Needs the account's scope."""
    states = dict(Enrollment.objects.values_list("service", "state"))
    return AccountFacts(
        licenses=account_selectors.valid_license_kinds(account, today=today),
        registration_enrollment=states.get(EnrolledService.REGISTRATION, ""),
        monitoring_enrollment=states.get(EnrolledService.MONITORING, ""),
        seats=account_selectors.seats(account, LicenseKind.SPAM_MONITORING, today=today),
        seats_taken=seats_taken(),
        ownership_proof=ownership.has_ownership_proof(account),
        refuses_hosted_toll_free=ownership.refuses_hosted_toll_free(account),
    )


def seats_taken() -> int:
    """Return how many seats of the open account are held now: counted, for a stored total would drift (D30)."""
    return ServiceAssignment.objects.filter(holds_seat=True).count()


def _dialing(product: Product) -> QuerySet[CampaignNumber]:
    """Return the memberships that make the outer number a dialer number of a product (D3)."""
    return CampaignNumber.objects.filter(
        number=OuterRef("pk"),
        campaign__state=CampaignState.ACTIVE,
        campaign__dialing_method__in=[method.value for method in OUTBOUND_DIALING_METHODS],
        campaign__product=product,
    )


def _is_toll_free() -> Q:
    found = Q(pk__in=[])
    for prefix in TOLL_FREE_PREFIXES:
        found |= Q(e164__startswith=prefix)
    return found


def _is(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
