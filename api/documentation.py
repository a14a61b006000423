"""The schema, and a page to read and try it on."""

from drf_spectacular import views
from rest_framework.request import Request

from api.throttles import Counted


class Schema(Counted, views.SpectacularAPIView):
    """OpenAPI 3.1 as YAML, or as JSON with `?format=json`."""

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version. What the address says of it would stand in a header and in the document."""


class Docs(Counted, views.SpectacularSwaggerSplitView):
    """Swagger UI from our own static files. The script that starts it is external: the strict policy holds here too."""

    template_name = "api/docs.html"
    url_name = "api:schema"
