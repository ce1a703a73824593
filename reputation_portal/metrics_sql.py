"""Statements behind the figures of `/metrics`. They look over all accounts at once and tell totals only."""

# For the transaction only.
LIMIT_STATEMENTS = "SELECT set_config('statement_timeout', %s, true)"

SIZE = "SELECT pg_database_size(current_database())"
CONNECTIONS = """
SELECT coalesce(state, 'background'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
"""
MOST_CONNECTIONS = "SELECT current_setting('max_connections')::integer"

# The words of the Feeds page; a feed that runs or waits for tomorrow's budget is counted by its last success.
FEEDS = """
SELECT feed.provider, told.state, count(*),
    max(extract(epoch FROM %(now)s - seen.at)) FILTER (WHERE NOT feed.paused)
FROM numbers_feed feed
CROSS JOIN LATERAL (SELECT coalesce(feed.last_success_at, feed.created_at) AS at) seen
CROSS JOIN LATERAL (SELECT CASE
    WHEN feed.paused AND feed.last_error <> '' THEN 'stopped'
    WHEN feed.paused THEN 'paused'
    WHEN feed.failures > 0 THEN 'failing'
    WHEN feed.last_success_at IS NULL THEN 'waiting'
    WHEN %(now)s - seen.at > 2 * feed.interval_seconds * interval '1 second' THEN 'stale'
    ELSE 'healthy' END AS state) told
GROUP BY 1, 2
"""
