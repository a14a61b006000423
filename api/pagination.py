"""Lists come in pages by place, never by number: what is added meanwhile shifts nothing."""

from rest_framework import pagination


class ByPlace(pagination.CursorPagination):
    """Newest first. `limit` says how many, `cursor` where to go on."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
