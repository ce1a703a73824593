"""Cases, submissions, alerts and support tickets: the tables, one module per noun."""

from remediation.models.alerts import Alert, AlertSubscription
from remediation.models.cases import Case, CaseEvent, ManualTask
from remediation.models.changes import ChangedAccount
from remediation.models.counts import AlertCount, CaseCount
from remediation.models.submissions import Submission, SubmissionItem
from remediation.models.tickets import SupportTicket, TicketMessage

__all__ = [
    "Alert",
    "AlertCount",
    "AlertSubscription",
    "Case",
    "CaseCount",
    "CaseEvent",
    "ChangedAccount",
    "ManualTask",
    "Submission",
    "SubmissionItem",
    "SupportTicket",
    "TicketMessage",
]
