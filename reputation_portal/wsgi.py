"""WSGI entry point, served by granian."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reputation_portal.settings")
application = get_wsgi_application()

# The pages are loaded now and not by the first request. What is loaded stays, so the collector need not walk over it
# again and again: a hundred and fifty thousand objects, which took 80 ms in the middle of a request.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
