"""Selects the APIs that a site documents: bundled ones by name, others by file."""

from collections.abc import Sequence

from session_contracts.contracts import contract_file, is_served
from session_contracts.docs.model import Api, mocked
from session_contracts.errors import DuplicateApi
from session_contracts.openapi import load_file
from session_contracts.openapi.locations import CONTROL


def select_apis(names: Sequence[str]) -> tuple[Api, ...]:
    """The APIs with these names or files; without any, all bundled ones and the control API.

    Raises UnknownApi, ContractError, DuplicateApi.
    """
    if not names:
        return mocked()
    found: dict[str, Api] = {}
    for name in dict.fromkeys(names):
        api = _api(name)
        if api.name in found:
            raise DuplicateApi(api.name)
        found[api.name] = api
    return tuple(found.values())


def _api(name: str) -> Api:
    file = contract_file(name)
    return Api(load_file(file), mocked=file == CONTROL or is_served(file))
