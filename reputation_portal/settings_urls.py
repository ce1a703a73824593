"""Addresses of the Settings pages, which belong to several apps, below `/settings/`."""

from django.urls import path

from accounts import key_views, settings_views
from enrollment.views import provider
from phone_numbers.views import thresholds
from remediation.views import alert_mail

app_name = "settings"
urlpatterns = [
    path("", settings_views.AccountSettingsView.as_view(), name="home"),
    path("thresholds/", thresholds.ThresholdsView.as_view(), name="thresholds"),
    path("keys/", key_views.KeyListView.as_view(), name="keys"),
    path("keys/<uuid:uuid>/revoke/", key_views.KeyRevokeView.as_view(), name="key_revoke"),
    path("provider/", provider.ProviderView.as_view(), name="provider"),
    path("alerts/", alert_mail.AlertMailView.as_view(), name="alerts"),
    path("audit/", settings_views.AuditView.as_view(), name="audit"),
]
