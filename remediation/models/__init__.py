"""Cases, submissions, alerts and support tickets: the tables, one module per noun."""

from remediation.models.alerts import Alert, AlertSubscription
from remediation.models.cases import Case, CaseEvent, ManualTask
from remediation.models.changes import ChangedAccount
from remediation.models.submissions import Submission, SubmissionItem
from remediation.models.tickets import SupportTicket, TicketMessage

__all__ = [
    "Alert",
    "AlertSubscription",
    "Case",
    "CaseEvent",
    "ChangedAccount",
    "ManualTask",
    "Submission",
    "SubmissionItem",
    "SupportTicket",
    "TicketMessage",
]
