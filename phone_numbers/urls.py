"""Addresses of Number Reputation, below `/numbers/`."""

from django.urls import URLPattern, path

from phone_numbers.views import exports, imports, listing, panel

app_name = "numbers"
urlpatterns: list[URLPattern] = [
    path("", listing.NumberListView.as_view(), name="list"),
    path("columns/", listing.ListColumnsView.as_view(), name="columns"),
    path("export.csv", exports.NumberExportView.as_view(), name="export"),
    path("history.csv", exports.AccountHistoryExportView.as_view(), name="account_history_export"),
    path("import/", imports.ImportView.as_view(), name="import"),
    path("import/template.csv", imports.ImportTemplateView.as_view(), name="import_template"),
    path("import/<uuid:uuid>/", imports.ImportJobView.as_view(), name="import_job"),
    path("import/<uuid:uuid>/apply/", imports.ImportApplyView.as_view(), name="import_apply"),
    path("import/<uuid:uuid>/cancel/", imports.ImportCancelView.as_view(), name="import_cancel"),
    path("import/<uuid:uuid>/refused.csv", imports.ImportRefusedView.as_view(), name="import_refused"),
    path("<uuid:uuid>/", panel.NumberPanelView.as_view(), name="panel"),
    path("<uuid:uuid>/history/", panel.NumberHistoryView.as_view(), name="history"),
    path(
        "<uuid:uuid>/readings/<slug:source>/<int:moment>/",
        panel.ReadingRawView.as_view(),
        name="reading_raw",
    ),
    path("<uuid:uuid>/history.csv", exports.NumberHistoryExportView.as_view(), name="history_export"),
]
