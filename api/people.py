"""Who am I."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.endpoints import Endpoint

EXAMPLE = {"key": "3f0e2f3c-6f0b-4a55-9a4b-0d9a1f0f6a11", "name": "Val", "roles": ["statistics officer"]}


class MeSerializer(serializers.Serializer):
    key = serializers.UUIDField(help_text="A random key that stays the same when the name changes.")
    name = serializers.CharField(source="display_name")
    roles = serializers.SerializerMethodField(help_text="The names of the roles held, in alphabetical order.")

    def get_roles(self, user) -> list[str]:
        return sorted(user.groups.values_list("name", flat=True))


class Me(Endpoint):
    """The person who is signed in, or whose token it is."""

    required_scopes = {"GET": "me/read"}

    @extend_schema(
        operation_id="me",
        summary="Who am I",
        tags=["people"],
        responses={200: MeSerializer, **schema.problems(400, 401, 403, 429)},
        examples=[OpenApiExample("A statistics officer", value=EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(request.user).data)
