"""What the list can be narrowed by, alone and together, and what nonsense in its address does."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from accounts.products import Product
from common.scope import account_scope
from phone_numbers.filters import NumberFilter, filtered_numbers
from phone_numbers.models import PhoneNumber, Source
from phone_numbers.selectors import listing
from phone_numbers.states import Capability, Origin, Rating, Registration
from tests import factories
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(acme: Account) -> dict[str, PhoneNumber]:
    """Numbers of acme that differ in everything a filter looks at, by name."""
    source = dict(Source.objects.values_list("key", "pk"))
    numbers = {
        "plain": factories.make_number(acme, "+12125550100", area="New York, NY"),
        "spam": factories.make_number(
            acme,
            "+12125550101",
            area="Denver, CO",
            rating=Rating.SPAM,
            tag_since=factories.NOW,
            flagged_by=[source["att"], source["verizon"]],
            registration=Registration.REGISTERED,
            capability=Capability.ON,
        ),
        "mixed": factories.make_number(
            acme,
            "+12125550102",
            product=Product.PHONE,
            rating=Rating.MIXED,
            flagged_by=[source["tmobile"]],
            capability=Capability.FAILED,
        ),
        "running": factories.make_number(
            acme,
            "+12125550103",
            origin=Origin.BYOC,
            rating=Rating.SPAM,
            registration=Registration.IN_PROGRESS,
            capability=Capability.VERIFYING,
            tag_since=factories.NOW,
        ),
        "healthy": factories.make_number(
            acme,
            "+12125550104",
            product=Product.OTHER,
            rating=Rating.HEALTHY,
            registration=Registration.REJECTED,
            capability=Capability.NO_LONGER_ELIGIBLE,
        ),
    }
    factories.make_campaign(acme, "Renewals", numbers=[numbers["plain"], numbers["spam"]])
    factories.make_campaign(acme, "Care", numbers=[numbers["spam"], numbers["mixed"]])
    return numbers


def names(account: Account, cast: dict[str, PhoneNumber], query: str) -> set[str]:
    """Return the names of the numbers that a query leaves."""
    by_key = {number.pk: name for name, number in cast.items()}
    with account_scope(account):
        chosen = NumberFilter(QueryDict(query), account=account)
        assert chosen.is_valid(), chosen.errors
        found = [by_key[number.pk] for number in chosen.qs]
        for order in ("number", "-last_updated"):
            page = chosen.page_numbers(listing.sort_of(order))
            assert sorted(by_key[number.pk] for number in page) == sorted(found)
    assert len(found) == len(set(found))
    return set(found)


EVERYTHING = {"plain", "spam", "mixed", "running", "healthy"}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", EVERYTHING),
        ("unknown=parameter", EVERYTHING),
        ("product=", EVERYTHING),
        ("product=contact_center", {"plain", "spam", "running"}),
        ("product=phone", {"mixed"}),
        ("product=phone&product=other", {"mixed", "healthy"}),
        ("registration=not_registered", {"plain", "mixed"}),
        ("registration=in_progress", {"running"}),
        ("registration=registered", {"spam"}),
        ("registration=rejected", {"healthy"}),
        ("rating=unknown", {"plain"}),
        ("rating=healthy", {"healthy"}),
        ("rating=mixed", {"mixed"}),
        ("rating=spam", {"spam", "running"}),
        ("status=no_data", {"plain"}),
        ("status=in_progress", {"running"}),
        ("status=spam", {"spam"}),
        ("status=mixed&status=healthy", {"mixed", "healthy"}),
        ("service=registration", {"spam"}),
        ("service=monitoring", {"spam"}),
        ("service=none", {"plain", "mixed", "running", "healthy"}),
        ("service=none&service=monitoring", EVERYTHING),
        ("capability=off", {"plain"}),
        ("capability=verifying", {"running"}),
        ("capability=on", {"spam"}),
        ("capability=failed", {"mixed"}),
        ("capability=no_longer_eligible", {"healthy"}),
        ("source=native", {"plain", "spam", "mixed", "healthy"}),
        ("source=byoc", {"running"}),
        ("tagged=yes", {"spam", "running"}),
        ("tagged=1", {"spam", "running"}),
        ("tagged=no", {"plain", "mixed", "healthy"}),
        ("tagged=1&tagged=no", {"spam", "running", "plain", "mixed", "healthy"}),
        ("flagged_by=att", {"spam"}),
        ("flagged_by=att&flagged_by=tmobile", {"spam", "mixed"}),
        ("flagged_by=hiya", set()),
        ("area=denver", {"spam"}),
        ("area=NY&area=CO", {"plain", "spam"}),
        ("area=New+York,+NY", {"plain"}),
        ("rating=spam&status=spam&product=contact_center&source=native&tagged=yes&flagged_by=att&q=0101", {"spam"}),
        ("rating=spam&product=phone", set()),
        ("q=0101&area=NY", set()),
    ],
)
def test_each_filter_narrows(acme: Account, cast: dict[str, PhoneNumber], query: str, left: set[str]) -> None:
    assert names(acme, cast, query) == left


def test_campaigns_are_a_filter_by_any_of_them(acme: Account, cast: dict[str, PhoneNumber]) -> None:
    renewals, care = (factories.make_campaign(acme, f"More {n}", numbers=[cast["healthy"]]) for n in (1, 2))
    assert names(acme, cast, f"campaign={renewals.uuid}&campaign={care.uuid}") == {"healthy"}
    with account_scope(acme):
        care, renewals = sorted(cast["spam"].campaign_numbers.values_list("campaign__name", "campaign__uuid"))
    assert names(acme, cast, f"campaign={renewals[1]}") == {"plain", "spam"}
    assert names(acme, cast, f"campaign={renewals[1]}&campaign={care[1]}&rating=mixed") == {"mixed"}


def test_ticked_numbers_are_a_filter_by_uuid(acme: Account, globex: Account, cast: dict[str, PhoneNumber]) -> None:
    other = factories.make_number(globex)
    query = f"ids={cast['spam'].uuid}&ids={cast['plain'].uuid}&ids={other.uuid}"
    assert names(acme, cast, query) == {"spam", "plain"}
    assert names(acme, cast, f"{query}&rating=spam") == {"spam"}


NONSENSE = [
    ("product=purple", "Product", "“purple” is not a choice here. Choose from: Other, Contact Center, Phone."),
    ("product=phone&product=x", "Product", "“x” is not a choice here."),
    ("product=PHONE", "Product", "“PHONE” is not a choice here."),
    ("registration=2", "Registration", "Choose from: Not registered, In progress, Registered, Rejected."),
    ("rating=unknown,spam", "Rating", "Choose from: Unknown, Healthy, Mixed, Spam."),
    ("status=0", "Status", "Choose from: No data yet, Healthy, In Progress, Mixed, Spam."),
    ("service=both", "Service", "Choose from: Registration, Monitoring & remediation, No active service."),
    ("capability=%00", "Capability", "is not a choice here."),
    ("source=carrier", "Source", "Choose from: Native, Bring your own carrier."),
    ("tagged=maybe", "Spam tag", "“maybe” is not a choice here. Choose from: Yes, No."),
    ("flagged_by=1", "Carrier", "“1” is not a choice here. Choose from: AT&T,"),
    ("campaign=1", "Campaign", "“1” is not a choice here. Choose from: none yet."),
    ("campaign=00000000-0000-0000-0000-000000000000", "Campaign", "is not a choice here."),
    ("area=Atlantis", "Area", "You have no number in “Atlantis”. Try a city, or a state such as TX."),
    ("area=ZZ", "Area", "You have no number in “ZZ”."),
    ("area=%00", "Area", "Null characters are not allowed."),
    ("ids=3", "Ticked numbers", "Enter a valid UUID."),
    ("q=%00", "Search", "Null characters are not allowed."),
    ("q=" + "5" * 5_000, "Search", "at most 80 characters"),
    ("q=" + "a" * 81, "Search", "at most 80 characters"),
]


@pytest.mark.parametrize(("query", "label", "words"), NONSENSE)
def test_nonsense_shows_no_rows_and_says_what_exists(
    acme: Account, viewer: User, client_for: ClientFor, query: str, label: str, words: str
) -> None:
    factories.make_number(acme, "+12125550100")
    response = client_for(viewer).get(f"{reverse('numbers:list')}?{query}")
    page = html.unescape(response.content.decode())
    assert response.status_code == 200
    assert "+12125550100" not in page
    assert f"<strong>{label}.</strong>" in page
    assert words in page
    assert "Remove this filter" in page
    with account_scope(acme):
        assert not filtered_numbers(acme, QueryDict(query)).exists()


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "sort=-",
        "sort=__class__",
        "sort=e164",
        "per_page=7",
        "per_page=-1",
        "per_page=100000",
        "per_page=x",
        "after=nonsense",
        "before=%00",
        "after=x&before=y",
        "count=maybe",
        "page=3",
        "q=",
        "q=+++",
        "product=&rating=",
    ],
)
def test_what_is_no_filter_is_ignored_when_it_is_nonsense(
    acme: Account, viewer: User, client_for: ClientFor, query: str
) -> None:
    factories.make_number(acme, "+12125550100")
    response = client_for(viewer).get(f"{reverse('numbers:list')}?{query}")
    assert "+12125550100" in response.content.decode()


def test_a_page_has_no_more_rows_than_a_size_that_is_offered(
    acme: Account, viewer: User, client_for: ClientFor
) -> None:
    for serial in range(27):
        factories.make_number(acme, f"+121255501{serial:02d}")
    client = client_for(viewer)
    assert _rows(client, "per_page=25") == 25
    assert _rows(client, "per_page=1000000") == 27
    assert _rows(client, "per_page=26") == 27


def _rows(client: Client, query: str) -> int:
    return client.get(f"{reverse('numbers:list')}?{query}").content.decode().count('name="ids"')


def test_the_order_is_the_one_asked_for_and_newest_first_otherwise(acme: Account) -> None:
    made: list[Any] = [
        factories.make_number(acme, f"+1212555010{place}", last_updated=factories.NOW + timedelta(days=-place))
        for place in (2, 0, 1)
    ]
    with account_scope(acme):
        newest = list(filtered_numbers(acme, QueryDict("")))
        by_number = list(filtered_numbers(acme, QueryDict("sort=-number")))
    assert newest == [made[1], made[2], made[0]]
    assert by_number == [made[0], made[2], made[1]]


@pytest.mark.parametrize("order", ["number", "label", "status", "-last_updated", "overall"])
def test_no_order_shows_numbers_of_another_account(acme: Account, globex: Account, order: str) -> None:
    own = factories.make_number(acme)
    factories.make_number(globex)
    with account_scope(acme):
        page = NumberFilter(QueryDict(), account=acme).page_numbers(listing.sort_of(order))
        assert list(page) == [own]


def test_an_order_of_the_status_asks_for_the_account_once(acme: Account) -> None:
    """Twice, and the planner expects a hundredth of an account that has a hundredth of all numbers."""
    with account_scope(acme):
        page = NumberFilter(QueryDict("product=phone"), account=acme).page_numbers(listing.sort_of("-last_updated"))
        assert str(page.query).count('account_id" =') == 1
