"""Addresses of cases, alerts and support tickets; `tickets` are those of the platform's staff."""

from django.urls import path

from remediation.views import (
    alerts as alert_views,
)
from remediation.views import (
    case_actions,
    case_files,
    fragments,
    manual_tasks,
    platform_tickets,
)
from remediation.views import (
    cases as case_views,
)
from remediation.views import (
    tickets as ticket_views,
)

cases = (
    [
        path("", case_views.CaseListView.as_view(), name="list"),
        path("times/", case_views.CaseTimesView.as_view(), name="times"),
        path("evidence.pdf", case_files.ListEvidenceView.as_view(), name="list_evidence_pdf"),
        path("evidence.txt", case_files.ListEvidenceView.as_view(form="txt"), name="list_evidence_text"),
        path("export.csv", case_files.CaseExportView.as_view(), name="export"),
        path("of-number/<uuid:uuid>/", fragments.NumberCaseView.as_view(), name="of_number"),
        path("tasks/<uuid:uuid>/", manual_tasks.ManualTaskView.as_view(), name="task"),
        path("tickets/", ticket_views.TicketListView.as_view(), name="tickets"),
        path("tickets/<uuid:uuid>/", ticket_views.TicketView.as_view(), name="ticket"),
        path("<uuid:uuid>/", case_views.CaseDetailView.as_view(), name="detail"),
        path("<uuid:uuid>/evidence.pdf", case_files.EvidenceView.as_view(), name="evidence_pdf"),
        path("<uuid:uuid>/evidence.txt", case_files.EvidenceView.as_view(form="txt"), name="evidence_text"),
        path("<uuid:uuid>/note/", case_actions.CaseNoteView.as_view(), name="note"),
        path("<uuid:uuid>/owner/", case_actions.CaseOwnerView.as_view(), name="owner"),
        path("<uuid:uuid>/ticket/", ticket_views.TicketOpenView.as_view(), name="open_ticket"),
        path("<uuid:uuid>/<slug:action>/", case_actions.CaseActionView.as_view(), name="act"),
    ],
    "cases",
)
alerts = (
    [
        path("", alert_views.AlertListView.as_view(), name="list"),
        path("act/", alert_views.AlertActView.as_view(), name="act"),
        path("history/", alert_views.AlertHistoryView.as_view(), name="history"),
        path("strip/", fragments.strip, name="strip"),
        path("of-campaign/<uuid:uuid>/", fragments.CampaignAlertsView.as_view(), name="of_campaign"),
    ],
    "alerts",
)
tickets = (
    [
        path("", platform_tickets.TicketQueueView.as_view(), name="queue"),
        path("<uuid:uuid>/", platform_tickets.TicketAnswerView.as_view(), name="answer"),
    ],
    "tickets",
)
