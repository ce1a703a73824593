"""Addresses of the API, version 1."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from api import problems
from api.views import caller_id, campaigns, cases, docs, feeds, jobs, numbers, observations


class AnythingConverter(StringConverter):
    """Any text at all, slashes and line feeds included."""

    regex = r"[\s\S]+"


register_converter(AnythingConverter, "anything")
app_name = "api"
urlpatterns = [
    # First, as it is asked for most.
    path("campaigns/<uuid:uuid>/caller-id", caller_id.CallerIdView.as_view(), name="caller_id"),
    path("", docs.DocsView.as_view(), name="docs"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("numbers", numbers.NumberListView.as_view(), name="numbers"),
    path("numbers/<uuid:uuid>", numbers.NumberView.as_view(), name="number"),
    path("numbers/<uuid:uuid>/history", numbers.NumberHistoryView.as_view(), name="number_history"),
    path("numbers/<uuid:uuid>/readings", numbers.NumberReadingsView.as_view(), name="number_readings"),
    path("campaigns", campaigns.CampaignListView.as_view(), name="campaigns"),
    path("campaigns/<uuid:uuid>", campaigns.CampaignView.as_view(), name="campaign"),
    path("observations", observations.ObservationsView.as_view(), name="observations"),
    path("jobs", jobs.JobListView.as_view(), name="jobs"),
    path("jobs/<uuid:uuid>", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:uuid>/numbers", jobs.JobItemsView.as_view(), name="job_numbers"),
    path("cases", cases.CaseListView.as_view(), name="cases"),
    path("cases/<uuid:uuid>", cases.CaseView.as_view(), name="case"),
    path("alerts", cases.AlertListView.as_view(), name="alerts"),
    path("feeds", feeds.FeedListView.as_view(), name="feeds"),
    path("<anything:address>", problems.not_found, name="missing"),
]
