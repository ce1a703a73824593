"""How django-allauth behaves in this portal."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by an account owner; nobody signs up by themselves (R9)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: the sign-up page says that it is closed."""
        return False
