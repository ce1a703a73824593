"""What is the matter with the pools of an account, as the alerts that should be open (B10)."""

# Only campaigns in which some number is tagged are counted through: the others cannot have fallen under the floor.
_WANTED = """
WITH tagged AS MATERIALIZED (
    SELECT status.number_id, status.tag_since, campaign.id AS campaign_id, campaign.name,
        coalesce(campaign.default_number_id = status.number_id, false) AS is_default,
        kase.opened_at AS disputed_since
    FROM numbers_numberstatus AS status
        JOIN numbers_campaignnumber AS member ON member.number_id = status.number_id
        JOIN numbers_campaign AS campaign ON campaign.id = member.campaign_id AND campaign.state = 'active'
        LEFT JOIN remediation_case AS kase ON kase.number_id = status.number_id AND kase.closed_at IS NULL
            AND kase.state = ANY(%(resting)s)
    WHERE status.account_id = %(account)s AND status.tag_since IS NOT NULL
), area AS (
    SELECT member.campaign_id, substr(number.e164, 3, 3) AS code, count(*) AS total,
        count(*) FILTER (WHERE status.tag_since IS NULL) AS usable, max(status.tag_since) AS since
    FROM (SELECT DISTINCT campaign_id FROM tagged) AS touched
        JOIN numbers_campaignnumber AS member USING (campaign_id)
        JOIN numbers_phonenumber AS number ON number.id = member.number_id
        JOIN numbers_numberstatus AS status ON status.number_id = member.number_id
    WHERE number.e164 LIKE '+1%%' AND substr(number.e164, 3, 3) <> ALL(%(toll_free)s)
    GROUP BY 1, 2
), wanted AS (
    SELECT 'default_flagged' AS kind, campaign_id::text AS subject, campaign_id, number_id, tag_since AS since,
        'The default caller ID of ' || name || ' is flagged as spam and is not skipped. Choose another.' AS words
    FROM tagged WHERE is_default
    UNION ALL
    SELECT 'needs_rest', campaign_id::text, campaign_id, NULL, min(disputed_since),
        count(*) || CASE count(*) WHEN 1 THEN ' number of ' ELSE ' numbers of ' END || name
        || ' should rest until cleared: calls from a number in dispute are what makes disputes fail.'
    FROM tagged WHERE disputed_since IS NOT NULL GROUP BY campaign_id, name
    UNION ALL
    SELECT 'area_floor', area.campaign_id || ':' || code, area.campaign_id, NULL, area.since,
        campaign.name || ' has ' || usable || ' of ' || total || ' numbers left in area code ' || code
        || ' that are not flagged.'
    FROM area JOIN numbers_campaign AS campaign ON campaign.id = area.campaign_id
    WHERE usable < total AND usable < %(floor)s AND total >= %(floor)s
    UNION ALL
    SELECT 'no_caller_id', id::text, id, NULL, no_caller_id_at,
        'A call of ' || name || ' got no caller ID: no number could be used, and there is no default. '
        || 'Choose a default, or add numbers.'
    FROM numbers_campaign
    WHERE account_id = %(account)s AND state = 'active' AND no_caller_id_at >= %(unserved_since)s
)
"""
CLEAR = (
    _WANTED
    + """
UPDATE remediation_alert AS alert SET cleared_at = %(now)s, cleared_because = 'It is true no more'
WHERE alert.account_id = %(account)s AND alert.kind = ANY(%(kinds)s) AND alert.cleared_at IS NULL AND NOT EXISTS (
    SELECT FROM wanted WHERE wanted.kind = alert.kind AND wanted.subject = alert.subject)
"""
)
RAISE = (
    _WANTED
    + """
INSERT INTO remediation_alert AS alert (uuid, account_id, kind, subject, "group", number_id, campaign_id, words, since,
    raised_at, cleared_because)
SELECT gen_random_uuid(), %(account)s, kind, subject, 'campaign:' || campaign_id, number_id, campaign_id,
    left(words, 300), since, %(now)s, ''
FROM wanted ORDER BY kind, subject
ON CONFLICT (account_id, kind, subject) WHERE cleared_at IS NULL
    DO UPDATE SET words = excluded.words, number_id = excluded.number_id
    WHERE (alert.words, alert.number_id) IS DISTINCT FROM (excluded.words, excluded.number_id)
"""
)
# Those that have an active campaign, or an alert about one.
ACCOUNTS = """
SELECT account_id FROM numbers_campaign WHERE state = 'active'
UNION SELECT account_id FROM remediation_alert WHERE kind = ANY(%(kinds)s) AND cleared_at IS NULL
ORDER BY account_id
"""
