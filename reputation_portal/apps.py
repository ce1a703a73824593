"""App configuration of the wiring package: it holds the heartbeat row and the pages of no app."""

from django.apps import AppConfig

from reputation_portal import celery


class ReputationPortalConfig(AppConfig):
    """Home, health and the heartbeat."""

    name = "reputation_portal"
    label = "portal"

    def ready(self) -> None:
        """Make our Celery application the current one in every process: what a page sends goes to our broker."""
        celery.app.set_default()
