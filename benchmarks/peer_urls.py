"""The portal's addresses and those of the peers."""

from django.contrib import admin
from django.urls import path

from benchmarks.peer_api import OneRowView
from benchmarks.peer_pages import PlainNumberList
from reputation_portal.urls import urlpatterns as portal_urls

urlpatterns = [
    *portal_urls,
    path("peer/admin/", admin.site.urls),
    path("peer/api/campaigns/<uuid:uuid>", OneRowView.as_view()),
    path("peer/tables2/", PlainNumberList.as_view(), name="peer-tables2"),
]
