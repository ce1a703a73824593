"""Addresses of the feeds, below `/feeds/`."""

from django.urls import path, re_path

from phone_numbers.views import feeds

app_name = "feeds"
urlpatterns = [
    path("", feeds.FeedListView.as_view(), name="list"),
    path("add/<slug:provider>/", feeds.FeedAddView.as_view(), name="add"),
    path("<uuid:uuid>/", feeds.FeedDetailView.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", feeds.FeedEditView.as_view(), name="edit"),
    re_path(
        r"^(?P<uuid>[0-9a-f-]{36})/(?P<action>pause|resume|run|test)/$", feeds.FeedActionView.as_view(), name="act"
    ),
]
