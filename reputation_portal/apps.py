"""App configuration of the wiring package: it holds the heartbeat row and the pages of no app."""

from django.apps import AppConfig


class ReputationPortalConfig(AppConfig):
    """Home, health and the heartbeat."""

    name = "reputation_portal"
    label = "portal"
