"""Claiming a caller ID: the order of `matching`, in the database, under fifty callers at once (D25).

Candidates are looked up without a lock, least recently used first by index. Each index holds a pool by turns (Healthy,
then Mixed and unknown), so that numbers which are never chosen, and so stay the least recently used, are not walked
over by every call. Then one candidate is locked where it was neither used nor rated meanwhile, and where its status,
which is the truth, has no tag. SKIP LOCKED alone would hand out a number again as soon as its lock is released, because
a row that was waited for is compared with WHERE again and not with ORDER BY. A claim that finds all candidates taken is
tried again.
The commit does not wait for the disk: a crash of the server may forget the uses of its last half second, no call waits.
The time of the last use always moves, also under two callers with the same clock: it is what tells a use.
What people see of a number is all its calls, so each use is counted in every campaign that has the number.
"""

from __future__ import annotations

from accounts import keys_sql
from phone_numbers.campaigns.matching import Step
from phone_numbers.states import CampaignState

# The state of the destination is looked up by the statement itself, from the longest known prefix.
_STATE = "(SELECT state FROM place)"
NEAR = {
    Step.EXCHANGE: "pool.exchange = %(exchange)s AND %(exchange)s <> ''",
    Step.AREA_CODE: "pool.area_code = %(area_code)s AND %(area_code)s <> '' AND pool.exchange <> %(exchange)s",
    Step.STATE: f"pool.state = {_STATE} AND {_STATE} <> '' AND pool.area_code <> %(area_code)s",
    Step.ANY: f"(pool.state <> {_STATE} OR {_STATE} = '') AND (pool.area_code <> %(area_code)s OR %(area_code)s = '')",
}
FEW, MANY = 8, 96  # candidates looked up: usually enough, and more than there are callers at a time

_UNDER_CAPS = """(pool.hour_at < %(hour)s OR pool.hour_uses < %(per_hour)s)
        AND (pool.day_on < %(day)s OR pool.day_uses < %(per_day)s)"""
_BRANCH = """
    (SELECT {step} AS step, pool.turn, pool.id, pool.rating, pool.last_used_at
    FROM numbers_campaignnumber AS pool
    WHERE pool.account_id = %(account)s AND pool.campaign_id = %(campaign)s AND {near}
        AND pool.turn < 3 AND (pool.turn = 1 OR pool.rating = ANY(%(others)s))
        AND {caps}
        AND (pool.day_on >= %(day)s AND pool.day_uses >= %(rest_after)s) = %(resting)s
    ORDER BY pool.turn, pool.last_used_at, pool.id LIMIT {most})
"""

_COUNT_USE = """
        last_used_at = greatest(pool.last_used_at + interval '1 microsecond', %(now)s),
        hour_uses = CASE WHEN pool.hour_at >= %(hour)s THEN pool.hour_uses + 1 ELSE 1 END,
        hour_at = greatest(pool.hour_at, %(hour)s),
        day_uses = CASE WHEN pool.day_on >= %(day)s THEN pool.day_uses + 1 ELSE 1 END,
        day_on = greatest(pool.day_on, %(day)s)"""
_CLAIM = """
WITH place AS MATERIALIZED (
    SELECT coalesce((
        SELECT state FROM numbers_areaprefix WHERE prefix = ANY(%(prefixes)s) ORDER BY length(prefix) DESC LIMIT 1
    ), '') AS state
), candidate AS MATERIALIZED (
    SELECT * FROM ({branches}) AS near LIMIT {most}
), best AS MATERIALIZED (
    SELECT * FROM candidate WHERE (step, turn) = (SELECT step, turn FROM candidate ORDER BY step, turn LIMIT 1)
    ORDER BY last_used_at, id
), claimed AS MATERIALIZED (
    SELECT pool.id, best.step FROM best
    JOIN numbers_campaignnumber AS pool ON pool.id = best.id
        AND pool.rating = best.rating AND NOT pool.tagged AND {unchanged}
    JOIN numbers_numberstatus AS status ON status.number_id = pool.number_id AND status.tag_since IS NULL
        AND status.rating <> 3
    ORDER BY best.last_used_at, best.id LIMIT 1 FOR UPDATE OF pool {lock}
), used AS (
    UPDATE numbers_campaignnumber AS pool SET {count_use}
    FROM claimed WHERE pool.id = claimed.id
    RETURNING pool.id, pool.number_id, pool.rating, claimed.step, set_config('synchronous_commit', 'off', true)
)
SELECT (SELECT count(*) FROM best), used.step, number.id, number.e164, number.uuid::text, used.rating, EXISTS (
    SELECT FROM numbers_campaignnumber AS other JOIN numbers_campaign AS theirs ON theirs.id = other.campaign_id
    WHERE other.number_id = used.number_id AND other.id <> used.id AND theirs.state = '{active}'
)
FROM (VALUES (1)) AS one
LEFT JOIN (used JOIN numbers_phonenumber AS number ON number.id = used.number_id) ON true
"""
CLAIM_TYPES = {
    "account": "bigint",
    "campaign": "bigint",
    "exchange": "text",
    "area_code": "text",
    "prefixes": "text[]",
    "others": "smallint[]",
    "now": "timestamptz",
    "hour": "timestamptz",
    "day": "date",
    "per_hour": "integer",
    "per_day": "integer",
    "rest_after": "integer",
    "resting": "boolean",
}


def _claim(most: int, *, wait: bool = False) -> str:
    """Return the statement that claims one of `most` numbers of the first step that has any; `wait` for a lock.

    PostgreSQL reads the branches one after the other and stops when it has enough. A statement that locks rows is never
    run in parallel, so their order holds.
    """
    branches = "UNION ALL".join(
        _BRANCH.format(step=int(step), near=NEAR[step], caps=_UNDER_CAPS, most=most) for step in Step
    )
    # What is compared after the wait for a lock is compared with the row as it is then.
    unchanged = _UNDER_CAPS if wait else "pool.last_used_at = best.last_used_at"
    return _CLAIM.format(
        branches=branches,
        most=most,
        unchanged=unchanged,
        lock="" if wait else "SKIP LOCKED",
        count_use=_COUNT_USE,
        active=CampaignState.ACTIVE,
    )


CLAIM = _claim(FEW)
WIDE_CLAIM = _claim(MANY)
WAITING_CLAIM = _claim(MANY, wait=True)

# The same use in the other active campaigns of a number: caps, rest and order of use are the number's, whoever calls by
# it. In a transaction of its own after the claim's, and in the order of ids: campaigns that share numbers never hold a
# row each that the other waits for.
TELL_OTHERS = f"""
WITH other AS (
    SELECT pool.id FROM numbers_campaignnumber AS pool JOIN numbers_campaign AS theirs ON theirs.id = pool.campaign_id
    WHERE pool.number_id = %(number)s AND theirs.id <> %(campaign)s AND theirs.state = '{CampaignState.ACTIVE}'
    ORDER BY pool.id FOR UPDATE OF pool
), told AS (
    UPDATE numbers_campaignnumber AS pool SET {_COUNT_USE} FROM other WHERE pool.id = other.id RETURNING 1
)
SELECT count(*), set_config('synchronous_commit', 'off', true) FROM told
"""
TELL_OTHERS_TYPES = {
    "number": "bigint",
    "campaign": "bigint",
    "now": "timestamptz",
    "hour": "timestamptz",
    "day": "date",
}

# What each step has, for choices that are kept with their reasons: the pool is counted, never sent.
STEPS = f"""
WITH place AS MATERIALIZED (
    SELECT coalesce((
        SELECT state FROM numbers_areaprefix WHERE prefix = ANY(%(prefixes)s) ORDER BY length(prefix) DESC LIMIT 1
    ), '') AS state
), seen AS (
    SELECT CASE WHEN {NEAR[Step.EXCHANGE]} THEN 1 WHEN {NEAR[Step.AREA_CODE]} THEN 2 WHEN {NEAR[Step.STATE]} THEN 3
            ELSE 4 END AS step,
        CASE WHEN pool.turn = 3 THEN 'tagged'
            WHEN pool.turn = 2 AND NOT pool.rating = ANY(%(others)s::smallint[]) THEN 'mixed'
            WHEN pool.hour_at >= %(hour)s AND pool.hour_uses >= %(per_hour)s THEN 'hour_cap'
            WHEN pool.day_on >= %(day)s AND pool.day_uses >= %(per_day)s THEN 'day_cap' ELSE '' END AS reason,
        pool.day_on >= %(day)s AND pool.day_uses >= %(rest_after)s AS resting
    FROM numbers_campaignnumber AS pool WHERE pool.account_id = %(account)s AND pool.campaign_id = %(campaign)s
)
SELECT step, reason, count(*), count(*) FILTER (WHERE resting) FROM seen GROUP BY step, reason
"""

STATE_OF = """
SELECT state FROM numbers_areaprefix WHERE prefix = ANY(%(prefixes)s) ORDER BY length(prefix) DESC LIMIT 1
"""

# What a call reads of its campaign, in the order of the model.
CAMPAIGN_COLUMNS = (
    *("id", "uuid", "account_id", "name", "product", "dialing_method", "state", "default_number_id", "use_mixed"),
    *("calls_per_hour", "calls_per_day", "rest_after", "no_caller_id_at"),
)
_READ = ", ".join(f"campaign.{column}" for column in CAMPAIGN_COLUMNS)
CAMPAIGN = f"""
SELECT {_READ} FROM numbers_campaign AS campaign
WHERE campaign.account_id = %(account)s AND campaign.uuid = %(uuid)s
"""
CAMPAIGN_TYPES = {"account": "bigint", "uuid": "uuid"}

# A key by its secret, with its account and a campaign of that account: all that stands before a claim.
CALLER = f"""
SELECT key.*, {_READ} FROM ({keys_sql.FIND}) AS key
JOIN numbers_campaign AS campaign ON campaign.account_id = key.account_id AND campaign.uuid = %(uuid)s
"""
CALLER_TYPES = {"digest": "text", "uuid": "uuid"}
