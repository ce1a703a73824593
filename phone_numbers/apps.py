"""App configuration of phone_numbers (label `numbers`)."""

from django.apps import AppConfig


class PhoneNumbersConfig(AppConfig):
    """Tables, permissions and URL names are called `numbers`."""

    name = "phone_numbers"
    label = "numbers"
    verbose_name = "Number Reputation"
