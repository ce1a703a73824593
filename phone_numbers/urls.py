"""Addresses of Number Reputation, below `/numbers/`."""

from django.urls import URLPattern, path

from phone_numbers.views import exports

app_name = "numbers"
urlpatterns: list[URLPattern] = [
    path("export.csv", exports.NumberExportView.as_view(), name="export"),
    path("history.csv", exports.AccountHistoryExportView.as_view(), name="account_history_export"),
    path("<uuid:uuid>/history.csv", exports.NumberHistoryExportView.as_view(), name="history_export"),
]
