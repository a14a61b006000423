"""Placeholder until core lands (same session)."""
import logging


class _Pass:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


class RequestIdMiddleware(_Pass): ...
class ContentHostMiddleware(_Pass): ...
class PageCacheMiddleware(_Pass): ...
class SecondFactorMiddleware(_Pass): ...
class WagtailSiteMiddleware(_Pass): ...


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = "-"
        return True
