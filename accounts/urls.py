"""Addresses of the accounts app; sign-in itself is django-allauth's, but for its pages about one's e-mail addresses."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("switch/", views.AccountSwitchView.as_view(), name="switch"),
    path("<uuid:uuid>/", views.AccountDoorView.as_view(), name="open"),
]

# Whom an address belongs to is decided by whoever adds the person; these stand before allauth's own, under its names.
closed_patterns = [
    path("email/", views.closed, name="account_email"),
    path("confirm-email/", views.closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", views.closed, name="account_confirm_email"),
]
