"""The portal's settings, and beside it the tools that it is compared with: Django's admin and a stock table."""

from reputation_portal.settings import *  # noqa: F403
from reputation_portal.settings import ALLOWED_HOSTS as _HOSTS
from reputation_portal.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "django.contrib.admin", "import_export", "benchmarks"]
ROOT_URLCONF = "benchmarks.peer_urls"
ALLOWED_HOSTS = [*_HOSTS, "testserver"]
SILENCED_SYSTEM_CHECKS = ["admin.E404", "admin.W411"]
