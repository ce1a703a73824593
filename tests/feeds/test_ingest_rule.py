"""The rule in SQL equals the rule in Python on random histories, whatever the pages and their order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import ingest, rating, rules
from phone_numbers.models import NumberCount, NumberEvent, NumberStatus, PhoneNumber, Reading, SourceView
from phone_numbers.states import Rating, SourceKind
from providers.base import Observation, Verdict
from tests.factories import make_feed, make_number

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CARRIERS = ("att", "verizon", "tmobile")

moments = st.integers(0, 20 * 24 * 6).map(lambda tenths: NOW - timedelta(minutes=10 * tenths))
carrier_calls = st.builds(
    Observation,
    e164=st.sampled_from(["+13035550100", "+13035550101", "+13035550102"]),
    source=st.sampled_from(CARRIERS),
    observed_at=moments,
    flagged=st.booleans(),
    ident=st.sampled_from(["", "a", "b"]),
)
provider_readings = st.builds(
    Observation,
    e164=st.sampled_from(["+13035550100", "+13035550101", "+13035550102"]),
    source=st.just("telnyx"),
    observed_at=moments,
    flagged=st.booleans(),
    verdict=st.sampled_from(Verdict),
    maturity=st.integers(0, 100),
    connection=st.none() | st.integers(0, 100),
)
histories = st.lists(carrier_calls | provider_readings, max_size=60)


def expected_rating(history: list[Observation], rule: rating.RatingRule, now: datetime) -> rating.NumberJudgement:
    """Judge one number's history by the Python rule alone."""
    unique = {(o.source, o.observed_at, o.ident): o for o in reversed(history)}.values()
    facts = []
    for source in {o.source for o in unique}:
        own = [o for o in unique if o.source == source]
        newest = max(o.observed_at for o in own)
        verdict = max((o.verdict or 0 for o in own if o.observed_at == newest), default=0)
        marks = rating.merge_marks([rating.mark_of(o.observed_at, flagged=o.flagged) for o in own])
        kind = SourceKind.PROVIDER if source == "telnyx" else SourceKind.CARRIER
        facts.append(rating.SourceFacts(kind, marks, Rating(verdict), source))
    return rating.judge_number(facts, rule, now=now)


@contextmanager
def undone() -> Iterator[None]:
    """Take everything back at the end of an example, the locks on temporary tables too."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def pages_of(history: list[Observation], size: int) -> list[list[Observation]]:
    return [history[i : i + size] for i in range(0, len(history), size)] or [[]]


def numbers_of(account: Account) -> dict[str, PhoneNumber]:
    wanted = ["+13035550100", "+13035550101", "+13035550102"]
    return {e164: make_number(account, e164=e164) for e164 in wanted}


@pytest.mark.django_db(transaction=False)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=histories,
    size=st.integers(1, 40),
    spam_carriers=st.integers(1, 3),
    hours=st.none() | st.sampled_from([6, 48, 300]),
    seed=st.integers(0, 9),
)
def test_the_rule_in_sql_equals_the_rule_in_python(acme, history, size, spam_carriers, hours, seed):
    acme.spam_carriers = spam_carriers
    random.Random(seed).shuffle(history)
    with account_scope(acme), undone():
        make_feed(acme, check_period_hours=hours)
        numbers = numbers_of(acme)
        for page in pages_of(history, size):
            ingest.ingest_page(acme, page, now=NOW)
        rule = rules.rule_for(acme)
        for moment in (NOW, NOW + timedelta(days=3), NOW + timedelta(days=40)):
            ingest.rerate_due(acme, now=moment)
            for e164, number in numbers.items():
                status = NumberStatus.objects.get(number=number)
                expected = expected_rating([o for o in history if o.e164 == e164], rule, moment)
                assert Rating(status.rating) == expected.rating
                if expected.changes_at and not status.is_tagged:
                    assert status.rerate_at == expected.changes_at
        assert_counts_agree()


def assert_counts_agree() -> None:
    """The delta rows sum up to what is really there."""
    summed: dict[tuple[int, bool], int] = {}
    for row in NumberCount.objects.all():
        summed[row.rating, row.tagged] = summed.get((row.rating, row.tagged), 0) + row.n
    real: dict[tuple[int, bool], int] = {}
    for status in NumberStatus.objects.all():
        key = (status.rating, status.is_tagged)
        real[key] = real.get(key, 0) + 1
    assert {key: n for key, n in summed.items() if n} == real


def calls(flags: str, *, source: str = "att", e164: str = "+13035550100") -> list[Observation]:
    """Return one observed call an hour, oldest first; `x` is flagged."""
    start = NOW - timedelta(hours=len(flags))
    return [
        Observation(e164=e164, source=source, observed_at=start + timedelta(hours=i), flagged=flag == "x")
        for i, flag in enumerate(flags)
    ]


@pytest.mark.django_db
def test_a_page_taken_twice_changes_nothing(acme):
    with account_scope(acme):
        number = make_number(acme, e164="+13035550100")
        first = ingest.ingest_page(acme, calls("..xx"), now=NOW)
        before = (NumberStatus.objects.get(number=number).last_updated, list(NumberEvent.objects.values_list("id")))
        second = ingest.ingest_page(acme, calls("..xx"), now=NOW + timedelta(minutes=1))
        after = (NumberStatus.objects.get(number=number).last_updated, list(NumberEvent.objects.values_list("id")))
    assert (first.stored, first.duplicate, second.stored, second.duplicate) == (4, 0, 0, 4)
    assert before == after


@pytest.mark.django_db
def test_what_cannot_be_kept_is_counted(acme):
    good, late, future = calls("...")
    late = Observation(e164=late.e164, source="att", observed_at=NOW - timedelta(days=500), flagged=True)
    future = Observation(e164=future.e164, source="att", observed_at=NOW + timedelta(hours=1), flagged=True)
    stranger = Observation(e164="+13035550199", source="att", observed_at=NOW, flagged=True)
    with account_scope(acme):
        make_number(acme, e164="+13035550100")
        counts = ingest.ingest_page(acme, [good, late, future, stranger], now=NOW)
    assert counts == ingest.PageCounts(stored=1, duplicate=0, unknown_number=1, future=1, too_late=1)


@pytest.mark.django_db
def test_the_same_number_in_another_account_is_not_touched(acme, globex):
    with account_scope(acme):
        make_number(acme, e164="+13035550100")
    with account_scope(globex):
        other = make_number(globex, e164="+13035550100")
    with account_scope(acme):
        ingest.ingest_page(acme, calls("xxxx"), now=NOW)
    with account_scope(globex):
        assert NumberStatus.objects.get(number=other).rating == Rating.UNKNOWN
        assert not SourceView.objects.exists()
        assert not Reading.objects.exists()


@pytest.mark.django_db
def test_spam_sets_the_tag_mixed_keeps_it_and_healthy_removes_it(acme):
    with account_scope(acme):
        number = make_number(acme, e164="+13035550100")
        ingest.ingest_page(acme, calls("xxxx"), now=NOW)
        tagged = NumberStatus.objects.get(number=number)
        later = [Observation(e164="+13035550100", source="att", observed_at=NOW, flagged=False)]
        ingest.ingest_page(acme, later, now=NOW)
        cleared = NumberStatus.objects.get(number=number)
        kinds = list(NumberEvent.objects.order_by("id").values_list("kind", "from_value", "to_value"))
    assert (tagged.rating, tagged.tag_since) == (Rating.SPAM, NOW - timedelta(hours=1))
    assert (cleared.rating, cleared.tag_since) == (Rating.HEALTHY, None)
    assert kinds == [(3, "unknown", "spam"), (4, "", "tagged"), (3, "spam", "healthy"), (4, "tagged", "cleared")]


@pytest.mark.django_db
def test_a_tag_expires_after_two_weeks_without_any_source(acme):
    with account_scope(acme):
        number = make_number(acme, e164="+13035550100")
        ingest.ingest_page(acme, calls("xxxx"), now=NOW)
        unknown_at = NOW + timedelta(days=15)
        ingest.rerate_due(acme, now=unknown_at)
        quiet = NumberStatus.objects.get(number=number)
        ingest.rerate_due(acme, now=unknown_at + timedelta(days=14))
        expired = NumberStatus.objects.get(number=number)
        last = NumberEvent.objects.order_by("id").values_list("kind", "to_value").last()
    assert (quiet.rating, quiet.is_tagged) == (Rating.UNKNOWN, True)
    assert (expired.rating, expired.is_tagged) == (Rating.UNKNOWN, False)
    assert last == (4, "expired")


@pytest.mark.django_db
def test_of_two_observations_with_one_identity_the_first_is_kept(acme):
    at = NOW - timedelta(hours=1)
    verdicts = (Verdict.HEALTHY, Verdict.SPAM, Verdict.MIXED)
    page = [
        Observation(e164="+13035550100", source="telnyx", observed_at=at, flagged=verdict > 1, verdict=verdict)
        for verdict in verdicts
    ]
    with account_scope(acme):
        number = make_number(acme, e164="+13035550100")
        counts = ingest.ingest_page(acme, page, now=NOW)
        status = NumberStatus.objects.get(number=number)
    assert (counts.stored, counts.duplicate) == (1, 2)
    assert status.rating == Rating.HEALTHY


@pytest.mark.django_db
def test_an_equal_raw_answer_is_kept_once(acme):
    page = [
        Observation(
            e164="+13035550100",
            source="telnyx",
            observed_at=NOW - timedelta(hours=hours),
            flagged=False,
            verdict=Verdict.HEALTHY,
            raw=raw,
        )
        for hours, raw in ((5, "one"), (4, "one"), (3, "two"), (2, "two"))
    ]
    with account_scope(acme):
        make_number(acme, e164="+13035550100")
        ingest.ingest_page(acme, page[:1], now=NOW)
        ingest.ingest_page(acme, page[1:], now=NOW)
        raws = list(Reading.objects.order_by("observed_at").values_list("raw", flat=True))
    assert raws == ["one", None, "two", None]
