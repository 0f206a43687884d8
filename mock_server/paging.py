"""The styles in which lists are paged."""

from typing import Any

from mock_server.call import Answer, Call, filters_of


def numbered_page(call: Call) -> Answer:
    """`{data, pagination}` for the parameters `page` (from 1) and `limit`."""
    page, limit = call.parameters["page"], call.parameters["limit"]
    start = (page - 1) * limit
    records, total = call.world.collection(call.api, call.resource()).page(call.tenant, filters_of(call), start, start + limit)
    pagination: dict[str, Any] = {"page": page, "limit": limit, "total": total, "totalPages": -(-total // limit)}
    return Answer(200, {"data": [record.encoded for record in records], "pagination": pagination}, {"data": [], "pagination": pagination})
