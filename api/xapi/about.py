"""What this record store is (Communication 2.8). Open to everybody."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from api.xapi import headers
from api.xapi.base import Resource


class About(Resource):
    is_public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"version": list(headers.VERSIONS)})
