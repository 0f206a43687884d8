"""Credentials: what the secret of a request stands for."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random


@dataclass(frozen=True)
class Credential:
    """What a secret stands for. `kind` is as in the provider states.

    - `scopes` None means all scopes; `expires` None means never.
    - `user` owns it; `organization` is the only one that it is valid for.
    - `organizations` are those of a user whom only the credential knows; None if it names none.
    """

    secret: str
    tenant: str
    kind: str
    revoked: bool = False
    scopes: tuple[str, ...] | None = None
    expires: datetime | None = None
    user: str | None = None
    organization: str | None = None
    organizations: tuple[str, ...] | None = None


class Credentials:
    """The credentials of one API in one world. They outlive a reset."""

    def __init__(self, issued: Iterable[Credential]) -> None:
        self._by_secret = {credential.secret: credential for credential in issued}

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_secret.values())

    def fork(self) -> "Credentials":
        """A copy."""
        return Credentials(self)

    def find(self, secret: str) -> Credential | None:
        """The credential with this secret."""
        return self._by_secret.get(secret)

    def default(self, tenant: str = "default", kind: str | None = None) -> Credential | None:
        """The first credential issued to a tenant: of this kind, if there is one."""
        of_kind = (
            credential
            for credential in self._by_secret.values()
            if credential.tenant == tenant and kind in (None, credential.kind)
        )
        return next(of_kind, None) or (None if kind is None else self.default(tenant))

    def issue(self, credential: Credential) -> Credential:
        """Add a credential; returns it."""
        self._by_secret[credential.secret] = credential
        return credential


def random_key(prefix: str, random: Random) -> str:
    """A prefix and 32 random bytes in base64url."""
    return prefix + base64.urlsafe_b64encode(random.randbytes(32)).rstrip(b"=").decode()
