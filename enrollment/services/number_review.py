"""Looking over the monitored numbers of an account: who may stay, who ends in seven days, who is back (D3, D30).

Campaigns, imports, licenses and enrollments change what numbers may have, each in its own place. None of them has to
remember every consequence: this review compares what is with what may be, and mends the difference. It is repeated
every few seconds for numbers between two states and every few minutes for all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.eligibility_words import ReasonCode
from accounts.models import Account
from enrollment.models import EnrolledService, NumberAtProvider, NumberOwnership, SeatPool, ServiceAssignment
from enrollment.number_states import AtProvider
from enrollment.provider_states import Ownership
from enrollment.selectors import number_facts
from enrollment.services import assignments, number_mail, provider_numbers, seats, verification
from enrollment.verdicts import AccountFacts, NumberFacts, Verdict, judge_monitored
from phone_numbers.campaigns import rules
from phone_numbers.models import NumberStatus, PhoneNumber
from phone_numbers.states import MONITORING_GRACE, Capability

log = structlog.get_logger(__name__)

TASK = "enrollment.numbers.review"
ENDED = "Monitoring ended after 7 days: {reason}"
REMOVED = "The provider removed the number, since its ownership was not confirmed."
BACK = "What monitoring needs is there again."
MONITORED = (Capability.VERIFYING, Capability.ON, Capability.NO_LONGER_ELIGIBLE)


@dataclass(slots=True)
class Free:
    """The seats that this review has left to give."""

    seats: int

    def take(self, wanted: int) -> int:
        """Take up to so many seats; return how many there were."""
        taken = min(wanted, self.seats)
        self.seats -= taken
        return taken


def accounts_to_review(*, now: datetime) -> list[int]:
    """Return the accounts with numbers between two states, and those whose turn it is. Needs `all_accounts`."""
    between = NumberStatus.objects.filter(
        Q(capability__in=[Capability.VERIFYING, Capability.NO_LONGER_ELIGIBLE]) | Q(registration=1)
    ).order_by()
    due = SeatPool.objects.filter(review_due_at__lte=now)
    return sorted({*between.values_list("account_id", flat=True).distinct(), *due.values_list("account_id", flat=True)})


@transaction.atomic
def review(account: Account, *, now: datetime) -> None:
    """Bring the monitoring of an account's numbers into line with what they may have now. Needs the account's scope."""
    pool = seats.hold_pool(account, now=now)
    facts = number_facts.account_facts(account, today=timezone.localdate(now))
    facts = _within_seats(facts)
    free = Free(facts.free_seats)
    is_whole = pool.review_due_at <= now
    if is_whole:
        SeatPool.objects.filter(pk=pool.pk).update(review_due_at=now + seats.REVIEW_EVERY)
        _adopt(account, facts, free, now=now)
        _let_go(account, now=now)
        _ask_for_missing(account, now=now)
        _review_on(account, facts, free, now=now)
    _review_ending(account, facts, free, now=now)
    _review_verifying(account, facts, now=now)
    _name_the_end(account, now=now)
    _switch_off(account, now=now)
    verification.settle(account, None, now=now)
    verification.fail_late(account, now=now)
    number_mail.tell_of_finished_verifications(account, now=now)


def _within_seats(facts: AccountFacts) -> AccountFacts:
    """Take seats from the newest numbers while more are held than the licenses have (D30)."""
    over = facts.seats_taken - facts.seats
    if over <= 0:
        return facts
    taken = seats.take_back_newest(over)
    log.info("seats taken back", seats=taken)
    return replace(facts, seats_taken=facts.seats_taken - taken)


def _adopt(account: Account, facts: AccountFacts, free: Free, *, now: datetime) -> None:
    """Give an assignment to monitored numbers without one, with a seat where they need one and one is free."""
    strays = _in(MONITORED).filter(~Exists(_assignments_of_outer()))
    for kind, count in number_facts.kinds_of(strays):
        ids = _keys(strays, [kind])[:count]
        needs_seat = judge_monitored(kind, facts, 1).needs_seat
        held = free.take(len(ids)) if needs_seat else 0
        assignments.give_seats(account, {pk: place < held for place, pk in enumerate(ids)}, now=now)
        provider_numbers.align(account, ids, now=now)


def _let_go(account: Account, *, now: datetime) -> None:
    """End the services of numbers that the provider has removed by itself, since nobody confirmed them."""
    removed = dict(NumberOwnership.objects.filter(state=Ownership.REMOVED).values_list("number_id", "since"))
    there = NumberAtProvider.objects.filter(pk__in=removed, state=AtProvider.PRESENT).values_list("pk", "since")
    lost = [pk for pk, since in there if since < removed[pk]]
    if lost:
        assignments.end_all(account, lost, reason=REMOVED, now=now)


def _ask_for_missing(account: Account, *, now: datetime) -> None:
    """Have numbers added that are served and that the provider was never asked about: it was named since."""
    asked = NumberAtProvider.objects.filter(number=OuterRef("number"))
    missing = ServiceAssignment.objects.filter(~Exists(asked)).values_list("number_id", flat=True).distinct()
    provider_numbers.align(account, list(missing.order_by("number_id")[: assignments.BATCH]), now=now)


def _review_on(account: Account, facts: AccountFacts, free: Free, *, now: datetime) -> None:
    """End, in seven days, what is on and may not be; give and take seats of what may."""
    numbers = _in([Capability.ON])
    for kind, _ in number_facts.kinds_of(numbers):
        verdict = judge_monitored(kind, facts, 1)
        if not verdict.allowed:
            _end(account, _keys(numbers, [kind]), verdict, now=now)
        elif verdict.needs_seat and not kind.holds_seat:
            ids = _keys(numbers, [kind])
            held = free.take(len(ids))
            assignments.give_seats(account, dict.fromkeys(ids[:held], True), now=now)
            _end(account, ids[held:], judge_monitored(kind, facts, 0), now=now)
        elif kind.holds_seat and not verdict.needs_seat:
            ids = _keys(numbers, [kind])
            assignments.give_seats(account, dict.fromkeys(ids, False), now=now)
            free.seats += len(ids)


def _review_ending(account: Account, facts: AccountFacts, free: Free, *, now: datetime) -> None:
    """Put on again what has back what it needs, the oldest first while seats last."""
    numbers = _in([Capability.NO_LONGER_ELIGIBLE])
    for kind, _ in number_facts.kinds_of(numbers):
        verdict = judge_monitored(kind, facts, 1)
        if not verdict.allowed:
            continue
        ids = _keys(numbers, [kind])
        if verdict.needs_seat and not kind.holds_seat:
            ids = ids[: free.take(len(ids))]
        reason = rules.JOINED_AGAIN if _left_campaign(ids) else BACK
        assignments.restore(account, dict.fromkeys(ids, verdict.needs_seat), reason=reason, now=now)


def _review_verifying(account: Account, facts: AccountFacts, *, now: datetime) -> None:
    """Fail verifications of numbers that may not be monitored any more."""
    numbers = _in([Capability.VERIFYING])
    for kind, _ in number_facts.kinds_of(numbers):
        verdict = judge_monitored(kind, facts, 0)
        if not verdict.allowed:
            assignments.fail_monitoring(account, _keys(numbers, [kind]), reason=verdict.words, now=now)


def _end(account: Account, ids: list[int], verdict: Verdict, *, now: datetime) -> None:
    if ids:
        assignments.end_later(account, ids, reason=_reason(verdict), now=now)


def _reason(verdict: Verdict) -> str:
    """Return why monitoring ends; a number without a campaign is told as the campaigns pages tell it."""
    if ReasonCode.NO_DIALING_CAMPAIGN in verdict.codes:
        return rules.LEFT_LAST_CAMPAIGN
    return verdict.reasons[0]


def _left_campaign(ids: list[int]) -> bool:
    first = NumberStatus.objects.filter(number__in=ids[:1]).values_list("capability_reason", flat=True)
    return list(first) == [rules.LEFT_LAST_CAMPAIGN]


def _name_the_end(account: Account, *, now: datetime) -> None:
    """Say when numbers end that nobody has said it of: a campaign's change cannot know of assignments."""
    unnamed = _in([Capability.NO_LONGER_ELIGIBLE]).filter(
        ~Exists(_assignments_of_outer().filter(ends_at__isnull=False))
    )
    found = list(unnamed.values_list("pk", "status__capability_since"))
    if not found:
        return
    strays = unnamed.filter(~Exists(_assignments_of_outer())).values_list("pk", flat=True)
    assignments.give_seats(account, dict.fromkeys(strays, False), now=now)
    for since in {since for _, since in found}:
        ids = [pk for pk, one in found if one == since]
        mine = ServiceAssignment.objects.filter(service=EnrolledService.MONITORING, number__in=ids)
        mine.update(ends_at=(since or now) + MONITORING_GRACE)
    first = min(since or now for _, since in found)
    number_mail.tell_of_ending(account, len(found), ends_at=first + MONITORING_GRACE, now=now)


def _switch_off(account: Account, *, now: datetime) -> None:
    """Switch off what has had its seven days, with an event each and one e-mail."""
    over = _in([Capability.NO_LONGER_ELIGIBLE]).filter(Exists(_assignments_of_outer().filter(ends_at__lte=now)))
    found = list(over.values_list("pk", "status__capability_reason"))
    for reason in {reason for _, reason in found}:
        ids = [pk for pk, one in found if one == reason]
        assignments.stop_monitoring(account, ids, actor=None, reason=ENDED.format(reason=reason), now=now)
    if found:
        number_mail.tell_of_switched_off(account, [pk for pk, _ in found], now=now)


def _in(capabilities: Any) -> QuerySet[PhoneNumber]:
    return PhoneNumber.objects.filter(status__capability__in=[int(one) for one in capabilities])


def _assignments_of_outer() -> QuerySet[ServiceAssignment]:
    return ServiceAssignment.objects.filter(number=OuterRef("pk"), service=EnrolledService.MONITORING)


def _keys(numbers: QuerySet[PhoneNumber], kinds: list[NumberFacts]) -> list[int]:
    """Return the numbers of these kinds, those that were asked for first at the head."""
    return list(
        number_facts.of_kinds(numbers, kinds).order_by("status__capability_since", "pk").values_list("pk", flat=True)
    )
