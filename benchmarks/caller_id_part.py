"""Caller IDs over HTTP: fifty callers at once on a pool of ten thousand, beside a call that reads one row.

The callers are one process with fifty connections that stay open, each asking again as soon as it is answered, on the
same machine as the web server and the database.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from dataclasses import dataclass

import aiohttp
from django.db import connection
from django.utils import timezone

from accounts import keys
from accounts.scopes import ApiScope
from benchmarks import data, web_server
from benchmarks.results import LIMIT, Result
from common.scope import account_scope
from phone_numbers.feeds import ingest
from phone_numbers.models import AreaPrefix, Campaign, CampaignNumber, PhoneNumber
from phone_numbers.states import DialingMethod, Rating
from providers.base import Observation
from reputation_portal.local import ports

POOL, CALLERS, CALLS, WARM_UP = 10_000, 50, 6_000, 500
RATE, P99 = 1_000.0, 100.0  # decisions a second, milliseconds


class CallerIdError(RuntimeError):
    """An answer was not what it should be."""


@dataclass(frozen=True)
class Load:
    """What one run of calls took: calls a second, and each call's milliseconds."""

    rate: float
    times: list[float]

    @property
    def median(self) -> float:
        """Return p50 in milliseconds."""
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        """Return p99 in milliseconds."""
        return statistics.quantiles(self.times, n=100)[98]


def measure() -> list[Result]:
    """Return the results of the part `caller_id`."""
    account = data.account(data.LARGE)
    campaign = _make_campaign(account)
    secret = _make_key(account)
    headers = {"Authorization": f"Bearer {secret}"}
    with web_server.running(web_server.WITH_PEERS) as (port, _):
        address = f"http://{ports.LOOPBACK}:{port}"
        choose, read = (
            f"{address}/api/v1/campaigns/{campaign.uuid}/caller-id",
            f"{address}/peer/api/campaigns/{campaign.uuid}",
        )
        for url in (choose, read):
            asyncio.run(_load(url, headers, WARM_UP))
        ours, peer = (asyncio.run(_load(url, headers, CALLS)) for url in (choose, read))
        honored = _flags_are_honored(account, campaign, choose, headers)
    return [
        Result("caller_id: decisions", ours.rate, RATE, LIMIT, "1/s", ">=1"),
        Result("caller_id: p99 of a decision", ours.p99, P99, LIMIT, "ms", "<1"),
        Result("caller_id: p50 of a decision", ours.median, peer.median, "a call that reads one row", "ms", "<=3"),
        Result("caller_id: calls, the peer's", ours.rate, peer.rate, "a call that reads one row", "1/s"),
        Result("caller_id: flags honored by the next decision", honored, 1.0, LIMIT, "share", ">=1"),
    ]


def _make_campaign(account: data.Account) -> Campaign:
    """Make a campaign whose pool are ten thousand numbers from all over the account."""
    now = timezone.now()
    with account_scope(account):
        campaign = Campaign.objects.create(
            account=account, name="Benchmark", product=1, dialing_method=DialingMethod.PREDICTIVE, created_at=now
        )
        step = max(data.size(data.LARGE) // POOL, 1)
        ids = list(PhoneNumber.objects.order_by("pk").values_list("pk", flat=True)[::step][:POOL])
        rows = [CampaignNumber(account=account, campaign=campaign, number_id=pk, added_at=now) for pk in ids]
        CampaignNumber.objects.bulk_create(rows, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE numbers_campaignnumber")
    return campaign


def _make_key(account: data.Account) -> str:
    _, secret = keys.make_key(
        account,
        name="Benchmark",
        scopes=[ApiScope.CALLER_ID.value],
        calls_per_minute=10_000_000,
        actor=data.owner(data.LARGE),
        now=timezone.now(),
    )
    return secret


async def _load(url: str, headers: dict[str, str], calls: int) -> Load:
    """Make calls with CALLERS connections; CallerIdError unless all are answered."""
    draw, times = random.Random(29), []
    prefixes = await asyncio.to_thread(_area_codes)
    destinations = iter([f"+{draw.choice(prefixes)}555{draw.randrange(10_000):04d}" for _ in range(calls)])

    async def caller(session: aiohttp.ClientSession) -> None:
        for destination in destinations:
            began = time.perf_counter()
            async with session.post(url, json={"destination": destination}) as answer:
                body = await answer.json(content_type=None)
            if answer.status != 200:
                raise CallerIdError(f"{url} answered {answer.status}: {body}")
            times.append((time.perf_counter() - began) * 1000)

    connector = aiohttp.TCPConnector(limit=CALLERS)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        began = time.perf_counter()
        await asyncio.gather(*(caller(session) for _ in range(CALLERS)))
        return Load(len(times) / (time.perf_counter() - began), times)


def _area_codes() -> list[str]:
    return [
        prefix
        for prefix in AreaPrefix.objects.values_list("prefix", flat=True)
        if len(prefix) == 4 and prefix[0] == "1"
    ]


def _flags_are_honored(account: data.Account, campaign: Campaign, url: str, headers: dict[str, str]) -> float:
    """Let a feed's page flag a number that is next in line, many times; return how often it was not chosen."""
    honored, tries = 0, 20
    for _ in range(tries):
        with account_scope(account):
            pool = CampaignNumber.objects.filter(campaign=campaign, number__status__rating=Rating.HEALTHY)
            e164 = pool.order_by("last_used_at", "pk").values_list("number__e164", flat=True)[0]
            now = timezone.now()
            page = [Observation(e164, "att", now, flagged=True, ident=str(place)) for place in range(12)]
            ingest.ingest_page(account, page, now=now)
        honored += asyncio.run(_chosen(url, headers, e164)) != e164
    return honored / tries


async def _chosen(url: str, headers: dict[str, str], destination: str) -> str:
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, json={"destination": destination}) as answer,
    ):
        found: str = (await answer.json(content_type=None))["caller_id"]
    return found
