"""App configuration of common."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Lists, scopes, keyset paging, CSV and phone spelling: no business words, imports no app."""

    name = "common"
