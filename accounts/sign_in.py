"""Who asks: the person of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts import selectors
from accounts.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by e-mail address, as django-allauth does, and finds a session's person with their memberships."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person; None when there is none any more, or they may not sign in."""
        person = selectors.person(user_id)
        return person if person and self.user_can_authenticate(person) else None
