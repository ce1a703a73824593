"""App configuration of remediation."""

from django.apps import AppConfig


class RemediationConfig(AppConfig):
    """Cases, submissions, alerts and support tickets."""

    name = "remediation"
    verbose_name = "Remediation"
