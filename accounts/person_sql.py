"""A person, their memberships and accounts, and the terms of the accounts' licences: what each page begins with."""

from __future__ import annotations

from django.db.models import Model

from accounts.models import Account, Membership, User


def _columns(model: type[Model], alias: str) -> str:
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


# One row for each membership, or one without any. Columns in the order of the models, as `from_db` wants them.
PERSON = f"""
SELECT {_columns(User, "person")}, {_columns(Membership, "membership")}, {_columns(Account, "account")}, coalesce((
    SELECT json_agg(json_build_array(kind, starts_on, ends_on)) FROM accounts_license
    WHERE account_id = membership.account_id
), '[]')
FROM accounts_user AS person
LEFT JOIN accounts_membership AS membership ON membership.user_id = person.id
LEFT JOIN accounts_account AS account ON account.id = membership.account_id
WHERE person.id = %(user)s ORDER BY account.name, membership.id
"""
TYPES = {"user": "bigint"}
