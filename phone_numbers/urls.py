"""Addresses of Number Reputation, below `/numbers/`."""

from django.urls import URLPattern

app_name = "numbers"
urlpatterns: list[URLPattern] = []
