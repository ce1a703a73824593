"""A person's memberships with their accounts and the terms of the accounts' licences: what each page begins with."""

from __future__ import annotations

from accounts.models import Account, Membership


def _columns(model: type[Account] | type[Membership], alias: str) -> str:
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


# In the order of the models, as `from_db` wants it.
MEMBERSHIPS = f"""
SELECT {_columns(Membership, "membership")}, {_columns(Account, "account")}, coalesce((
    SELECT json_agg(json_build_array(kind, starts_on, ends_on)) FROM accounts_license
    WHERE account_id = membership.account_id
), '[]')
FROM accounts_membership AS membership JOIN accounts_account AS account ON account.id = membership.account_id
WHERE membership.user_id = %(user)s ORDER BY account.name, membership.id
"""
TYPES = {"user": "bigint"}
