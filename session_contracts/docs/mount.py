"""The site at /docs of the mock."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp

from session_contracts.docs.model import Make, mocked
from session_contracts.docs.serving import Mounted, SiteApp

#: Where the mock shows it.
PATH = "/docs"


def with_docs(app: ASGIApp, names: Sequence[str]) -> ASGIApp:
    """The mock with its own reference. Whatever makes the pages is imported when somebody reads one: the mock starts without it."""
    apis = mocked(tuple(names))

    def pages() -> Mapping[str, Make]:
        from session_contracts.docs.site import site
        from session_contracts.docs.swagger import swagger

        return {**site(apis, try_it=True), **swagger(apis)}

    def missing(path: str) -> bytes:
        from session_contracts.docs.site import missing as page

        return page(apis, path, try_it=True)

    def fit(request: Request, page: bytes) -> bytes:
        from session_contracts.docs.origin import moved, origin_of

        return moved(page, origin_of(request))

    return Mounted(app, SiteApp(pages, missing, fit), PATH)
