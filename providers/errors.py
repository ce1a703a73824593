"""What can go wrong with a provider, typed by what happens next.

Every error carries one message in plain words that may be shown to an admin: it names the service and the next step,
and never holds a key, a full address with parameters, or a number.
"""

from __future__ import annotations


class ProviderError(Exception):
    """The base of the four; `message` is for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Temporary(ProviderError):
    """Try again later. `retry_after` seconds when the provider named a wait, else None (back off with jitter)."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ProviderError):
    """The provider said no to this request; repeating it changes nothing. Park it and show why.

    `status` is the HTTP status; `details` one sentence per entry that the provider complained about.
    """

    def __init__(self, message: str, *, status: int = 0, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.details = details


class Misconfigured(ProviderError):
    """Key, address or settings are wrong: stop this feed and tell a person."""


class OutcomeUnknown(ProviderError):
    """A request that changes or costs something was sent and no answer came: look it up, never send it again unseen."""
