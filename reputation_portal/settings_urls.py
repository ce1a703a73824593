"""Addresses of the Settings pages, which belong to several apps, below `/settings/`."""

from django.urls import path

from accounts import settings_views
from phone_numbers.views import thresholds

app_name = "settings"
urlpatterns = [
    path("", settings_views.AccountSettingsView.as_view(), name="home"),
    path("thresholds/", thresholds.ThresholdsView.as_view(), name="thresholds"),
    path("audit/", settings_views.AuditView.as_view(), name="audit"),
]
