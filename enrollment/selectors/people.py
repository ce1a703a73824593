"""Whom to tell by e-mail."""

from __future__ import annotations

from accounts.models import Account, Membership, User
from common.scope import account_scope


def people_to_tell(account: Account) -> list[str]:
    """Return the addresses of those who may act for an account: owners, and admins who may edit settings (D28)."""
    with account_scope(account):
        members = list(Membership.objects.select_related("user").order_by("pk"))
    return [member.user.email for member in members if member.may_edit and member.user.is_active]


def reviewers_to_tell() -> list[str]:
    """Return the addresses of the platform's reviewers."""
    return list(User.objects.filter(is_reviewer=True, is_active=True).order_by("pk").values_list("email", flat=True))
