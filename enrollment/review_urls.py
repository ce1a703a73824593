"""Addresses of platform staff, below `/reviews/`."""

from django.urls import path

from enrollment.views import outbox, reviews

app_name = "reviews"
urlpatterns = [
    path("", reviews.ReviewListView.as_view(), name="list"),
    path("mail/", outbox.MailListView.as_view(), name="mail"),
    path("mail/<uuid:uuid>/", outbox.MailDetailView.as_view(), name="message"),
    path("<uuid:uuid>/", reviews.ReviewDetailView.as_view(), name="detail"),
]
