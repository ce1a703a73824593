"""The words of cases, alerts, tasks and tickets with their colors and icons, and the bar of a case's clock."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.templatetags.formats import span
from remediation.selectors.cases import Clock
from remediation.states import AlertKind, CaseEventKind, CaseState, ManualState, TicketState

register = template.Library()

CASE_CLASS = {
    CaseState.OPEN: "is-progress",
    CaseState.SUBMITTED: "is-progress",
    CaseState.IN_REVIEW: "is-progress",
    CaseState.DISPUTED: "is-mixed",
    CaseState.AWAITING_CLEAN_READING: "is-progress",
    CaseState.PARKED: "is-mixed",
    CaseState.COOLING_DOWN: "is-none",
    CaseState.CLEARED: "is-healthy",
    CaseState.NOT_FLAGGED: "is-none",
    CaseState.UNSUCCESSFUL: "is-spam",
    CaseState.CANCELLED: "is-none",
}
TICKET_CLASS = {
    TicketState.OPEN: "is-progress",
    TicketState.ANSWERED: "is-mixed",
    TicketState.CLOSED: "is-none",
}
TASK_CLASS = {
    ManualState.TODO: "is-mixed",
    ManualState.FILED: "is-progress",
    ManualState.DONE: "is-healthy",
    ManualState.DROPPED: "is-none",
}
_EVENT_ICONS = {
    CaseEventKind.STATE: "rotate",
    CaseEventKind.PROGRESS: "activity",
    CaseEventKind.OVERDUE: "clock",
    CaseEventKind.NOTE: "message",
    CaseEventKind.OWNER: "user",
    CaseEventKind.MANUAL: "send",
    CaseEventKind.TICKET: "headset",
}
_ALERT_ICONS = {
    AlertKind.TAG: "flag",
    AlertKind.DEFAULT_FLAGGED: "flag",
    AlertKind.AREA_FLOOR: "map-pin",
    AlertKind.NEEDS_REST: "player-pause",
    AlertKind.NO_CALLER_ID: "phone-off",
    AlertKind.FEED_FAILING: "rss",
    AlertKind.CASE_OVERDUE: "clock",
}


_CASE_WORDS = {
    state: format_html('<span class="status {0}"><span class="status-dot {0}"></span>{1}</span>', css, state.label)
    for state, css in CASE_CLASS.items()
}


@register.filter
def case_word(state: str) -> SafeString:
    """Return the dot and the word of a case's state."""
    return _CASE_WORDS[CaseState(state)]


@register.filter
def case_class(state: str) -> str:
    """Return the color class of a case's state; none for a line that is no move."""
    return CASE_CLASS[CaseState(state)] if state else "is-none"


@register.filter
def case_label(state: str) -> str:
    """Return the word of a case's state."""
    return CaseState(state).label if state else ""


@register.filter
def ticket_word(state: str) -> SafeString:
    """Return the tinted word of a ticket's state."""
    one = TicketState(state)
    return format_html('<span class="tint {}">{}</span>', TICKET_CLASS[one], one.label)


@register.filter
def task_word(state: str) -> SafeString:
    """Return the tinted word of a manual task's state."""
    one = ManualState(state)
    return format_html('<span class="tint {}">{}</span>', TASK_CLASS[one], one.label)


@register.filter
def case_event_icon(kind: str) -> str:
    """Return the name of the icon of a line of a case's timeline."""
    return _EVENT_ICONS[CaseEventKind(kind)]


@register.filter
def alert_icon(kind: str) -> str:
    """Return the name of the icon of an alert."""
    return _ALERT_ICONS[AlertKind(kind)]


@register.simple_tag
def clock_bar(clock: Clock) -> SafeString:
    """Draw how much of the time to the limit is gone, with a line at the target; the words stand beside it."""
    css = "is-spam" if clock.percent >= 100 else "is-mixed" if clock.is_late else "is-progress"
    return SafeString(
        f'<svg class="clock-bar {css}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="clock-ground" width="100" height="8"/>'
        f'<rect class="clock-gone" width="{clock.percent}" height="8"/>'
        f'<rect class="clock-target" x="{clock.target_percent}" width=".8" height="8"/></svg>'
    )


@register.simple_tag
def clock_words(clock: Clock, state: str) -> SafeString:
    """Say how much time is left, or how long it took."""
    if clock.is_over:
        verb = "Cleared within" if state == CaseState.CLEARED else "Ended after"
        return SafeString(f"{verb} {span(clock.elapsed)}")
    if clock.percent == 100:
        return SafeString('<strong class="late">The limit is reached</strong>')
    if clock.is_late:
        return SafeString(f'<strong class="late">Past the target</strong>, {span(clock.remaining)} left')
    return SafeString(f"{span(clock.remaining)} left")
