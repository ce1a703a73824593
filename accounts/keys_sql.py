"""Counting the calls of an API key. A key belongs to one account, and is found by its secret before this."""

# `taken` may pass the limit by what was asked in vain; it stops growing then, so that it cannot overflow.
TAKE = """
INSERT INTO accounts_apiuse AS used (key_id, minute, taken) VALUES (%(key)s, %(minute)s, %(wanted)s)
ON CONFLICT (key_id) DO UPDATE SET minute = greatest(used.minute, excluded.minute),
    taken = CASE WHEN used.minute < excluded.minute THEN excluded.taken
        ELSE least(used.taken, %(limit)s) + excluded.taken END
RETURNING taken
"""
