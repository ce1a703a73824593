"""What the filters of the list of cases offer, by one statement: building two queries takes longer than their run."""

# Every carrier and provider that can flag a number; then, without a key, the people of the account, owners first.
CHOICES = """
(SELECT id, key, name FROM numbers_source ORDER BY kind, id)
UNION ALL
(SELECT person.id, NULL, coalesce(nullif(person.full_name, ''), person.email)
    FROM accounts_membership AS member JOIN accounts_user AS person ON person.id = member.user_id
    WHERE member.account_id = %(account)s
    ORDER BY array_position(%(roles)s, member.role::text), person.full_name, person.email)
"""
