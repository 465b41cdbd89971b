"""How lists are cut into pages."""

from __future__ import annotations

from typing import Any

from django.core import exceptions
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Pages(CursorPagination):
    """Pages of 50 rows, or as many as `page_size` asks for, up to 500; each names the address of the next.

    The order is the view's `ordering`, which no added row disturbs: nothing is shown twice or left out between pages.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    # Rows without a date all stand at the same place.
    offset_cutoff = 1_000_000

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        self._count = queryset.count()
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, exceptions.ValidationError):
            # The cursor was made up: what it holds is no date or number.
            raise NotFound(self.invalid_cursor_message) from None

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= self.max_page_size and len(asked) < 9):
            raise ValidationError({self.page_size_query_param: [f"Must be from 1 to {self.max_page_size}."]})
        return int(asked)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        ordering = getattr(view, "ordering", None) or queryset.model._meta.ordering
        return tuple(ordering)

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        return Response({"count": self._count, **response.data})

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        described = super().get_schema_operation_parameters(view)
        for one in described:
            if one["name"] == self.page_size_query_param:
                one["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
            else:
                one["schema"] = {"type": "string"}
        return described

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        counted = {"type": "integer", "minimum": 0, "description": "How many there are on all pages together."}
        described["properties"] = {"count": counted, **described["properties"]}
        described["required"] = ["count", "results"]
        for link in ("next", "previous"):
            described["properties"][link] = {"type": ["string", "null"], "format": "uri"}
        return described
