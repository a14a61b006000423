"""The schema, and a page to read and try it on."""

from drf_spectacular import views


class Schema(views.SpectacularAPIView):
    """OpenAPI 3.1 as YAML, or as JSON with `?format=json`."""


class Docs(views.SpectacularSwaggerSplitView):
    """Swagger UI from our own static files. The script that starts it is external: the strict policy holds here too."""

    template_name = "api/docs.html"
    url_name = "api:schema"
