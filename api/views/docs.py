"""`/api/v1/` and `/api/v1/schema/`: the documentation to read and try, and the schema for programs; no key needed."""

from __future__ import annotations

from django.views.generic import TemplateView
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema, as YAML or with `?format=json`."""

    authentication_classes = []
    permission_classes = [AllowAny]
    renderer_classes = [OpenApiYamlRenderer, OpenApiJsonRenderer]


class DocsView(TemplateView):
    """The interactive page. Everything that it loads comes from this portal, and nothing is inline."""

    template_name = "api/docs.html"
