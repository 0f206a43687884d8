"""The site at /docs of the mock."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp

from session_contracts.docs.model import Make, mocked
from session_contracts.docs.serving import Mounted, SiteApp

#: Path of the site on the mock.
PATH = "/docs"


def with_docs(app: ASGIApp, names: Sequence[str]) -> ASGIApp:
    """The mock `app` with the reference of these APIs at `/docs`.

    What renders pages is imported with the first request for one, so that the mock starts fast.
    """
    apis = mocked(names)

    def pages() -> Mapping[str, Make]:
        from session_contracts.docs.site import site
        from session_contracts.docs.swagger import swagger

        return {**site(apis, try_it=True), **swagger(apis)}

    def missing(path: str) -> bytes:
        from session_contracts.docs.site import missing as page

        return page(apis, path, try_it=True)

    def adapt(request: Request, page: bytes) -> bytes:
        from session_contracts.docs.origin import origin_of, with_origin

        return with_origin(page, origin_of(request))

    return Mounted(app, SiteApp(pages, missing, adapt), PATH)
