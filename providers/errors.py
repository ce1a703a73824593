"""What can go wrong with a provider, typed by what happens next.

Every error carries one message in plain words that may be shown to an admin: it names the service and the next step,
and never holds a key, a full address with parameters, or a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class ProviderError(Exception):
    """The base of the others; `message` is for people."""

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


class FieldsRefused(Refused):
    """What was said about a business was refused. `fields`: (field of `Business`, such as `contact.email`, and why)."""

    def __init__(
        self, message: str, *, status: int, fields: Sequence[tuple[str, str]], details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, status=status, details=details)
        self.fields = tuple(fields)


class NumbersRefused(Refused):
    """A bulk call was refused because of some of its numbers. `numbers`: E.164 -> why; empty when it was not told."""

    def __init__(self, message: str, *, status: int, numbers: Mapping[str, str], details: tuple[str, ...] = ()) -> None:
        super().__init__(message, status=status, details=details)
        self.numbers = numbers


class Misconfigured(ProviderError):
    """Key, address or settings are wrong: stop this feed and tell a person."""


class OutcomeUnknown(ProviderError):
    """A request that changes or costs something was sent and no answer came: look it up, never send it again unseen."""
