"""What the site is about: the APIs that it documents."""

from collections.abc import Callable
from dataclasses import dataclass

from session_contracts.openapi import Contract, bundled_names, load, load_control

#: Makes a page or a file of the site.
Make = Callable[[], bytes]

#: Where `session-contracts serve` is, unless it is told otherwise.
MOCK = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Api:
    """One API. `mocked`: the mock serves it as it stands here, so there are true answers, checks and ways to break its rules."""

    contract: Contract
    mocked: bool

    @property
    def name(self) -> str:
        return self.contract.name

    @property
    def vendor(self) -> bool:
        """Of a vendor, not the mock's own control API."""
        return self.name != "control"

    @property
    def base_url(self) -> str:
        """To which the documented paths are added."""
        if not self.mocked:
            servers = self.contract.document.get("servers") or [{"url": "https://example.com"}]
            return str(servers[0]["url"]).rstrip("/")
        return f"{MOCK}/{self.name}" if self.vendor else f"{MOCK}/_mock"

    @property
    def page(self) -> str | None:
        """The vendor's own documentation."""
        url = self.contract.document.get("externalDocs", {}).get("url")
        return str(url) if url else None


def mocked(names: tuple[str, ...] = bundled_names()) -> tuple[Api, ...]:
    """These APIs of ours and the control API. Raises UnknownApi."""
    return (*(Api(load(name), mocked=True) for name in names), Api(load_control(), mocked=True))
