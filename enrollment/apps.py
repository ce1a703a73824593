"""App configuration of enrollment."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """Enrolling the business in services."""

    name = "enrollment"
