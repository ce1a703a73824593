"""App configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, members and roles, licences, eligibility and audit."""

    name = "accounts"
