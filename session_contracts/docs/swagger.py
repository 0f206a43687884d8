"""Swagger UI for each API that the mock serves, with the files of the package swagger-ui-bundle."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from swagger_ui_bundle import swagger_ui_path

from session_contracts.docs.examples import secret_of
from session_contracts.docs.model import Api, Make
from session_contracts.docs.render import render, static

_FILES = ("swagger-ui.css", "swagger-ui-bundle.js")


def swagger(apis: Sequence[Api]) -> dict[str, Make]:
    """A page and an OpenAPI document for each API, and the files that the pages load."""
    pages: dict[str, Make] = {
        f"try/{name}": (Path(swagger_ui_path) / name).read_bytes for name in _FILES
    }
    pages["try/try.js"] = partial(static, "try.js")
    pages["try/try.css"] = partial(static, "try.css")
    for api in apis:
        pages[f"try/{api.name}.html"] = partial(_page, api)
        pages[f"try/{api.name}.json"] = partial(_document, api)
    return pages


def _page(api: Api) -> bytes:
    secrets = {scheme.name: secret_of(api, scheme) for scheme in api.contract.security}
    known = {name: secret for name, secret in secrets.items() if secret}
    return render("try.html", f"try/{api.name}.html", api=api, secrets=known)


def _document(api: Api) -> bytes:
    """The contract with this mock as its server, and without examples of optional query parameters.

    Swagger UI would send those examples with every call.
    """
    document = deepcopy(api.contract.document)
    for parameter in _parameters(document):
        if parameter.get("in") == "query" and not parameter.get("required"):
            for holder in (parameter, parameter.get("schema", {})):
                holder.pop("example", None)
                holder.pop("examples", None)
    return json.dumps(
        {**document, "servers": [{"url": urlsplit(api.base_url).path, "description": "This mock"}]}
    ).encode()


def _parameters(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The parameters of components, of paths and of operations."""
    yield from document.get("components", {}).get("parameters", {}).values()
    for item in document["paths"].values():
        for node in (item, *item.values()):
            yield from node.get("parameters", ()) if isinstance(node, dict) else ()
