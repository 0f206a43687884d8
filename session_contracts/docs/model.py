"""The APIs that a site documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from session_contracts.openapi import Contract, bundled_names, load, load_control

#: Makes a page or a file of the site.
Make = Callable[[], bytes]

#: The default address of `session-contracts serve`.
MOCK = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Api:
    """One API.

    `mocked`: the mock serves exactly this contract, so its pages have real responses, checks and
    mutants.
    """

    contract: Contract
    mocked: bool

    @property
    def name(self) -> str:
        """The contract's name."""
        return self.contract.name

    @property
    def vendor(self) -> bool:
        """False for the mock's own control API."""
        return self.name != "control"

    @property
    def base_url(self) -> str:
        """The URL to which documented paths are appended."""
        if not self.mocked:
            servers = self.contract.document.get("servers") or [{"url": "https://example.com"}]
            return str(servers[0]["url"]).rstrip("/")
        return f"{MOCK}/{self.name}" if self.vendor else f"{MOCK}/_mock"

    @property
    def page(self) -> str | None:
        """URL of the vendor's own documentation."""
        url = self.contract.document.get("externalDocs", {}).get("url")
        return str(url) if url else None


def mocked(names: Sequence[str] = ()) -> tuple[Api, ...]:
    """The APIs with these names, by default all bundled ones, and the control API.

    Raises UnknownApi.
    """
    apis = [Api(load(name), mocked=True) for name in names or bundled_names()]
    return (*apis, Api(load_control(), mocked=True))
