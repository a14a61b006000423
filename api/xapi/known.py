"""What the store knows of an activity and of an agent (Communication 2.4, 2.5)."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from api.xapi import parameters
from api.xapi.base import Resource
from core import errors
from learning.lrs import activities, agents, credentials


class Known(Resource):
    name: str  # of the one parameter

    def given(self, request: HttpRequest):
        if not credentials.may_read_own(self.credential):
            raise errors.NotAllowed(_("This credential may not read."), code="scope")
        parameters.judge_names(request.GET, {self.name}, [self.name])
        return parameters.arguments(request.GET, {"activityId": parameters.RULES["activity"]} | parameters.RULES)


class Activities(Known):
    name = "activityId"

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse(activities.known(self.given(request)["activity"]))


class Agents(Known):
    """A person is told back as they were asked for: what else is known of them is nobody's to ask here."""

    name = "agent"

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse(agents.person(self.given(request)["agent"]))
