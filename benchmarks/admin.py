"""The peers of the list pages: Django admin's changelists with comparable columns, filters and search."""

from django.contrib import admin

from benchmarks.models import LISTED, PlainNumber
from remediation.models import Case


@admin.register(PlainNumber)
class PlainNumberAdmin(admin.ModelAdmin):
    """Shows as many rows as the portal's page does by default."""

    list_display = LISTED
    list_filter = ("product", "registration", "rating", "status", "capability")
    search_fields = ("number", "label", "area")
    list_per_page = 50


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """The columns of the portal's list of cases."""

    list_display = ("number", "state", "limit_at", "provider", "owner", "opened_at")
    list_filter = ("state", "provider", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("number", "owner")
    search_fields = ("number__e164",)
    ordering = ("-opened_at",)
    list_per_page = 50
