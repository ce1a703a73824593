"""The peer of the list page: Django admin's changelist with comparable columns, filters and search."""

from django.contrib import admin

from benchmarks.models import LISTED, PlainNumber


@admin.register(PlainNumber)
class PlainNumberAdmin(admin.ModelAdmin):
    """Shows as many rows as the portal's page does by default."""

    list_display = LISTED
    list_filter = ("product", "registration", "rating", "status", "capability")
    search_fields = ("number", "label", "area")
    list_per_page = 50
