"""Counting the calls of an API key. A key belongs to one account, and is found by its secret before this."""

# The key with its account, if its maker may still sign in and is still in the account.
FIND = """
SELECT key.id, key.uuid, key.account_id, key.name, key.scopes, key.calls_per_minute, key.made_by_id, key.last_used_at,
    account.id, account.uuid, account.slug, account.name
FROM accounts_apikey AS key JOIN accounts_account AS account ON account.id = key.account_id
JOIN accounts_user AS maker ON maker.id = key.made_by_id AND maker.is_active
WHERE key.digest = %(digest)s AND key.revoked_at IS NULL AND EXISTS (
    SELECT FROM accounts_membership WHERE account_id = key.account_id AND user_id = key.made_by_id
)
"""

# `taken` may pass the limit by what was asked in vain; it stops growing then, so that it cannot overflow.
TAKE = """
INSERT INTO accounts_apiuse AS used (key_id, minute, taken) VALUES (%(key)s, %(minute)s, %(wanted)s)
ON CONFLICT (key_id) DO UPDATE SET minute = greatest(used.minute, excluded.minute),
    taken = CASE WHEN used.minute < excluded.minute THEN excluded.taken
        ELSE least(used.taken, %(limit)s) + excluded.taken END
RETURNING taken
"""
