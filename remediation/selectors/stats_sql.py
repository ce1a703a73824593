"""How long repairs take, from the newest cleared cases: a bounded number of rows, whatever the account's history."""

_NEWEST = """
WITH newest AS MATERIALIZED (
    SELECT provider, carriers, extract(epoch FROM closed_at - opened_at) AS seconds
    FROM remediation_case
    WHERE account_id = %(account)s AND state = 'cleared' AND closed_at >= %(since)s
    ORDER BY closed_at DESC LIMIT %(rows)s
)
"""
_FIGURES = """count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds)"""

OVERALL = f"{_NEWEST} SELECT '', {_FIGURES} FROM newest"
BY_PROVIDER = f"{_NEWEST} SELECT provider, {_FIGURES} FROM newest GROUP BY provider ORDER BY count(*) DESC, provider"
BY_CARRIER = f"""{_NEWEST} SELECT source.name, {_FIGURES}
FROM newest CROSS JOIN LATERAL unnest(carriers) AS carrier (id) JOIN numbers_source AS source ON source.id = carrier.id
GROUP BY source.name ORDER BY count(*) DESC, source.name
"""
