"""Alerts by e-mail: at once, or in a digest a day, as each person chose (B6).

What a person was told of is remembered by the newest alert's id. Ids grow in the order of commits within an account,
since alerts are raised under one lock, so none is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse

from accounts.models import Account, Membership, User
from common.scope import account_scope, all_accounts
from enrollment.services import mail
from remediation.models import Alert, AlertSubscription
from remediation.services import detection_sql
from remediation.states import AlertKind, AlertMail

DIGEST = timedelta(days=1)
NAMED = 20  # alerts that a message names; the others are counted
KIND = "alerts"


@transaction.atomic
def subscribe(account: Account, user: User, when: AlertMail, *, now: datetime) -> AlertSubscription:
    """Choose how a person is told. What is open already is not told again, or the first message would be history."""
    with account_scope(account):
        newest = Alert.objects.aggregate(newest=Max("pk"))["newest"] or 0
        due_at = now + DIGEST if when == AlertMail.DAILY else None
        values = {"mail": when, "told": newest, "due_at": due_at}
        subscription: AlertSubscription
        subscription, _ = AlertSubscription.objects.update_or_create(account=account, user=user, defaults=values)
    return subscription


def tell_everybody(*, now: datetime) -> None:
    """Write what people have to be told into the outbox."""
    with all_accounts():
        newer = Alert.objects.filter(account=OuterRef("account"), pk__gt=OuterRef("told"))
        due = Q(Exists(newer), mail=AlertMail.AT_ONCE) | Q(mail=AlertMail.DAILY, due_at__lte=now)
        waiting = list(AlertSubscription.objects.filter(due).select_related("account", "user").order_by("pk"))
    for subscription in waiting:
        with account_scope(subscription.account):
            _tell(subscription, now=now)


@transaction.atomic
def _tell(subscription: AlertSubscription, *, now: datetime) -> None:
    """Tell one person what is new and still open and not muted; the mail and what was told are one transaction."""
    account = subscription.account
    with connection.cursor() as cursor:
        cursor.execute(detection_sql.LOCK, {"space": detection_sql.LOCK_SPACE, "account": account.pk})
    held = AlertSubscription.objects.select_for_update().get(pk=subscription.pk)
    news = Alert.objects.filter(pk__gt=held.told).order_by("pk")
    newest = news.aggregate(newest=Max("pk"))["newest"]
    daily = held.mail == AlertMail.DAILY
    if newest is None and not daily:
        return
    loud = news.filter(Q(muted_until=None) | Q(muted_until__lte=now), cleared_at=None)
    found = list(loud.select_related("number", "campaign")) if _may_read(subscription) else []
    if found:
        _write(account, subscription.user, found, daily=daily, now=now)
    held.told, held.due_at = newest or held.told, now + DIGEST if daily else None
    held.save(update_fields=["told", "due_at"])


def _may_read(subscription: AlertSubscription) -> bool:
    """Tell whether the person still belongs to the account."""
    return subscription.user.is_active and Membership.objects.filter(user=subscription.user).exists()


def _write(account: Account, user: User, found: Sequence[Alert], *, daily: bool, now: datetime) -> None:
    tags = [alert for alert in found if alert.kind == AlertKind.TAG]
    others = [alert for alert in found if alert.kind != AlertKind.TAG]
    subject = f"{account.name}: {_count(len(tags), 'number', 'flagged as spam')}" if tags else others[0].words
    body = "\n\n".join(filter(None, [_tag_part(tags), _other_part(others), _closing(daily)]))
    path = reverse("alerts:list")
    mail.queue_mail(account, to=[user.email], kind=KIND, subject=subject, body=body, now=now, path=path)


def _count(n: int, word: str, rest: str) -> str:
    return f"{n:,} {word if n == 1 else word + 's'} {rest}"


def _tag_part(tags: Sequence[Alert]) -> str:
    if not tags:
        return ""
    lines = [f"- {alert.number.e164}: {alert.words}" for alert in tags[:NAMED] if alert.number]
    more = [f"- and {len(tags) - NAMED:,} more"] if len(tags) > NAMED else []
    head = f"{_count(len(tags), 'number', 'flagged as spam')}:"
    tail = "Monitored numbers are submitted for re-evaluation by themselves."
    return "\n".join([head, *lines, *more, tail])


def _other_part(others: Sequence[Alert]) -> str:
    more = [f"- and {len(others) - NAMED:,} more"] if len(others) > NAMED else []
    return "\n".join([*(f"- {alert.words}" for alert in others[:NAMED]), *more])


def _closing(daily: bool) -> str:
    how = "once a day" if daily else "as soon as something new is noticed"
    return f"You get this message {how}. Choose how you are told on the Alerts page."
