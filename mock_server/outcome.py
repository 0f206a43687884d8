"""How a request ended: what the client got, and what the journal and the log say about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpOutcome:
    """An HTTP response; status 0 if the connection was dropped instead.

    Diagnostics: the `rule` that refused, `detail` in a sentence, and `near`: similar paths.
    """

    status: int
    media: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    rule: str | None = None
    detail: str | None = None
    near: tuple[str, ...] = ()
