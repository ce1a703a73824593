"""Addresses of platform staff, below `/reviews/`."""

from django.urls import path

from enrollment.views import outbox, platform_accounts, reviews

app_name = "reviews"
urlpatterns = [
    path("", reviews.ReviewListView.as_view(), name="list"),
    path("mail/", outbox.MailListView.as_view(), name="mail"),
    path("mail/<uuid:uuid>/", outbox.MailDetailView.as_view(), name="message"),
    path("accounts/", platform_accounts.AccountListView.as_view(), name="accounts"),
    path("accounts/<uuid:uuid>/", platform_accounts.AccountDetailView.as_view(), name="account"),
    path("accounts/<uuid:uuid>/licenses/add/", platform_accounts.LicenseView.as_view(), name="license_add"),
    path("accounts/<uuid:uuid>/licenses/<int:license>/", platform_accounts.LicenseView.as_view(), name="license"),
    path("<uuid:uuid>/", reviews.ReviewDetailView.as_view(), name="detail"),
]
