"""What the database derives is what the code says: status, services, overall, and the totals' own derivation."""

from __future__ import annotations

from itertools import product as every

from accounts.models import Account
from common.scope import account_scope
from phone_numbers import states
from phone_numbers.models import NumberStatus
from phone_numbers.selectors import counts, sql
from tests import factories


def test_status_and_services_follow_from_registration_rating_and_monitoring(acme: Account) -> None:
    combinations = list(every(states.Registration, states.Rating, states.Capability))
    for registration, rating, capability in combinations:
        factories.make_number(acme, registration=registration, rating=rating, capability=capability)
    with account_scope(acme):
        rows = list(NumberStatus.objects.values_list("registration", "rating", "capability", "status", "services"))
    assert len(rows) == len(combinations)
    for registration, rating, capability, status, services in rows:
        assert status == states.status_of(states.Registration(registration), states.Rating(rating))
        registered = states.Service.REGISTRATION * (registration == states.Registration.REGISTERED)
        monitored = states.Service.MONITORING * (capability == states.Capability.ON)
        assert services == registered + monitored


def test_totals_derive_the_same_status_as_the_rows(acme: Account) -> None:
    for registration, rating in every(states.Registration, states.Rating):
        factories.make_number(acme, registration=registration, rating=rating)
    with account_scope(acme):
        head = sql.list_head(acme)
        totals = counts.totals({}, head)
        assert sorted(head.totals) == sorted(sql.list_totals(acme.pk, {}))
        for status in states.ReputationStatus:
            assert totals.counts.by_status[status] == NumberStatus.objects.filter(status=status).count()
    assert totals.counts.total == totals.everything == len(states.Registration) * len(states.Rating)


def test_overall_is_the_worst_known_score_and_unknown_without_any(acme: Account) -> None:
    number = factories.make_number(acme, maturity=90, connection=states.NO_SCORE, engagement=40, sentiment=70)
    silent = factories.make_number(acme)
    assert factories.status_of(number).overall == 40
    assert factories.status_of(silent).overall == states.NO_SCORE
