"""The second peer of the list page: django-tables2 as its tutorial has it."""

import django_tables2 as tables

from benchmarks.models import LISTED, PlainNumber


class PlainNumberTable(tables.Table):
    """The columns of the list, with the library's own template for Bootstrap 5."""

    class Meta:
        model = PlainNumber
        template_name = "django_tables2/bootstrap5.html"
        fields = LISTED


class PlainNumberList(tables.SingleTableView):
    """A page of the table, cut by Django's Paginator."""

    model = PlainNumber
    table_class = PlainNumberTable
    table_pagination = {"per_page": 50}
    template_name = "benchmarks/plain_numbers.html"
