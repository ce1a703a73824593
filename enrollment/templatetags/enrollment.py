"""What the templates of the enrollment form need: looking up by name, and the color of a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from enrollment.states import EnrollmentState, MailState

register = template.Library()

STATE_CLASS = {
    EnrollmentState.DRAFT: "none",
    EnrollmentState.SUBMITTED: "progress",
    EnrollmentState.IN_REVIEW: "progress",
    EnrollmentState.NEEDS_INFORMATION: "mixed",
    EnrollmentState.PROVIDER_VETTING: "progress",
    EnrollmentState.APPROVED: "healthy",
    EnrollmentState.REJECTED: "spam",
    EnrollmentState.ENDED: "none",
}
MAIL_CLASS = {
    MailState.QUEUED: "progress",
    MailState.SENDING: "progress",
    MailState.SENT: "healthy",
    MailState.FAILED: "spam",
}


@register.filter
def entry(mapping: Mapping[str, Any] | str, name: str) -> Any:
    """Return what stands under a name, or ''; a missing mapping is empty."""
    return mapping.get(name, "") if isinstance(mapping, Mapping) else ""


@register.filter
def enrollment_word(state: str) -> SafeString:
    """Return the state of an enrollment as a colored word."""
    known = EnrollmentState(state)
    return _status(STATE_CLASS[known], known.label)


@register.filter
def mail_word(state: str) -> SafeString:
    """Return the state of a message as a colored word."""
    known = MailState(state)
    return _status(MAIL_CLASS[known], known.label)


def _status(color: str, label: str) -> SafeString:
    return format_html('<span class="status is-{0}"><span class="status-dot is-{0}"></span>{1}</span>', color, label)
