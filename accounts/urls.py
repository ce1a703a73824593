"""Addresses of the accounts app; sign-in itself is django-allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [path("switch/", views.AccountSwitchView.as_view(), name="switch")]
