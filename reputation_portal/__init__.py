"""Wiring of the portal: settings, URLs, Celery, home page, health and the local servers."""
