"""The site as a mapping from the path of each page to the function that renders it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from session_contracts.diagram import lifecycle_svg
from session_contracts.diff import CHANGE_TYPES
from session_contracts.diff.change import Impact
from session_contracts.diff.change_types import ChangeType
from session_contracts.docs import guides, operation_parts, schemas, search
from session_contracts.docs.api_data import ApiData
from session_contracts.docs.constraints import body_rules, credential_violations
from session_contracts.docs.examples import LANGUAGES, curl, secret_of
from session_contracts.docs.guides import Guide, by_section
from session_contracts.docs.model import MOCK, Api, Make
from session_contracts.docs.recorder import SERVE
from session_contracts.docs.render import relative, render, static
from session_contracts.docs.rules import node_of, rules_of, rules_of_api, status_rules
from session_contracts.docs.text import pretty
from session_contracts.export import exports
from session_contracts.lint import CHECKS
from session_contracts.openapi import Operation, Rule
from session_contracts.openapi.pages import (
    CHANGES_PAGE,
    CHECKS_PAGE,
    decisions_page,
    download,
    lint_page,
    operation_page,
    overview_page,
    rule_page,
    rules_page,
    schema_page,
)

#: Path of the Swagger UI of an API; only the mock has it.
TRY_PAGE = "try/{}.html"
STATIC = ("site.css", "site.js", "theme.js", "icon.svg")


@dataclass(frozen=True)
class Frame:
    """What every page shows around its content: menu and header.

    `try_it`: the mock serves the site, so pages link to Swagger UI. `reload`: pages reload when the
    site changes.
    """

    apis: tuple[Api, ...]
    try_it: bool
    reload: bool
    guides: tuple[Guide, ...]

    @property
    def sections(self) -> dict[str, list[Guide]]:
        """The guides by section, for the menu."""
        return by_section(self.guides)

    def page(self, template: str, path: str, api: Api | None = None, **context: Any) -> bytes:
        """Render a page; `api` is the one that it belongs to."""
        return render(
            template,
            path,
            frame=self,
            api=api,
            serve=SERVE,
            mock=MOCK,
            try_page=TRY_PAGE,
            **context,
        )


def site(apis: Sequence[Api], *, try_it: bool = False, reload: bool = False) -> dict[str, Make]:
    """Every page and file of the site of these APIs; for the options see `Frame`."""
    frame = Frame(tuple(apis), try_it, reload, guides.guides())
    pages: dict[str, Make] = {
        name: partial(static, name) for name in (*STATIC, *(["reload.js"] if reload else []))
    }
    pages["search-index.js"] = partial(search.script, frame.apis)
    pages["index.html"] = partial(
        frame.page, "home.html", "index.html", data_of_apis=[ApiData(api) for api in apis]
    )
    for api in apis:
        pages.update(_api(frame, ApiData(api)))
    for check in CHECKS:
        pages[lint_page(check.id)] = partial(
            frame.page, "lint_check.html", lint_page(check.id), check=check
        )
    pages[CHECKS_PAGE] = partial(frame.page, "lint.html", CHECKS_PAGE, checks=CHECKS)
    pages[CHANGES_PAGE] = partial(
        frame.page, "changes.html", CHANGES_PAGE, types_of_change=_types_of_change()
    )
    pages["all.html"] = partial(
        frame.page, "all.html", "all.html", groups=lambda: search.groups(frame.apis)
    )
    pages[guides.LICENSE_PAGE] = guides.license_text
    for guide in frame.guides:
        pages[guide.page] = partial(_guide, frame, guide, pages)
    return pages


def _types_of_change() -> dict[Impact, list[ChangeType]]:
    return {impact: [each for each in CHANGE_TYPES if each.impact is impact] for impact in Impact}


def missing(apis: Sequence[Api], path: str, *, try_it: bool = False) -> bytes:
    """The page for a path that the site does not have."""
    frame = Frame(tuple(apis), try_it, False, guides.guides())
    return frame.page("missing.html", path)


def _api(frame: Frame, data: ApiData) -> dict[str, Make]:
    api, contract = data.api, data.contract
    files = exports(contract)
    pages: dict[str, Make] = {
        download(api.name, name): content.encode for name, content in files.items()
    }
    pages[overview_page(api.name)] = partial(_overview, frame, data, tuple(files))
    pages[rules_page(api.name)] = partial(
        frame.page, "rules.html", rules_page(api.name), api, data=data
    )
    pages[decisions_page(api.name)] = partial(
        frame.page, "decisions.html", decisions_page(api.name), api, data=data
    )
    for operation in contract.operations.values():
        pages[operation_page(api.name, operation.id)] = partial(_operation, frame, data, operation)
    for rule in contract.rules.values():
        pages[rule_page(api.name, rule.id)] = partial(_rule, frame, data, rule)
    for name in contract.schemas:
        pages[schema_page(api.name, name)] = partial(_schema, frame, data, name)
    return pages


# ---- pages that need more than the data of the API


def _overview(frame: Frame, data: ApiData, files: tuple[str, ...]) -> bytes:
    api, contract = data.api, data.contract
    path = overview_page(api.name)
    diagrams = {
        table.name: Markup(  # made by our own code, which escapes what it is given
            lifecycle_svg(
                contract,
                table,
                lambda rule: relative(path, rule_page(api.name, rule)),
                lambda operation: relative(path, operation_page(api.name, operation)),
            )
        )
        for table in contract.lifecycles.values()
    }
    schemes = [
        (scheme, _scheme(contract.document, scheme.name), secret_of(api, scheme))
        for scheme in contract.security
    ]
    return frame.page(
        "overview.html",
        path,
        api,
        data=data,
        diagrams=diagrams,
        schemes=schemes,
        states={
            name: schemas.describe(contract.document, state.checker.schema)
            for name, state in data.states.items()
        },
        files=files,
        credential_violations=credential_violations,
    )


def _scheme(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    node: Mapping[str, Any] = document["components"]["securitySchemes"][name]
    return node


def _operation(frame: Frame, data: ApiData, operation: Operation) -> bytes:
    api, contract = data.api, data.contract
    node = node_of(contract, operation)
    shown = data.examples[operation.id]
    recorded = data.responses.get(operation.id)
    groups = operation_parts.grouped(
        operation_parts.responses(contract, operation), recorded.status if recorded else None
    )
    return frame.page(
        "operation.html",
        operation_page(api.name, operation.id),
        api,
        data=data,
        operation=operation,
        node=node,
        table=contract.lifecycle_of(operation.id),
        parameters=operation_parts.parameters(contract, operation),
        bodies=operation_parts.bodies(contract, operation),
        body_rules=body_rules(operation.body) if operation.body else {},
        responses=[(group, status_rules(contract, operation, group.statuses)) for group in groups],
        rules=rules_of(contract, operation),
        api_rules=rules_of_api(contract, operation),
        examples=[(language, language.write(shown)) for language in LANGUAGES],
        recorded=recorded,
        pretty=pretty,
    )


def _rule(frame: Frame, data: ApiData, rule: Rule) -> bytes:
    refusal = data.refusals.get(rule.id)
    checks: dict[str, list[str]] = {}
    for name in data.checks.get(rule.id, ()):
        check, bracket, case = name.partition("[")
        checks.setdefault(check, []).extend([case.removesuffix("]")] if bracket else [])
    return frame.page(
        "rule.html",
        rule_page(data.api.name, rule.id),
        data.api,
        data=data,
        rule=rule,
        mentions=data.mentions[rule.id],
        checks=checks,
        mutant=data.mutants.get(rule.id),
        refusal=(curl(refusal[0]), refusal[1]) if refusal else None,
        pretty=pretty,
    )


def _schema(frame: Frame, data: ApiData, name: str) -> bytes:
    contract = data.contract
    document = contract.document
    node = document["components"]["schemas"][name]
    return frame.page(
        "schema.html",
        schema_page(data.api.name, name),
        data.api,
        data=data,
        name=name,
        schema=schemas.describe(document, node),
        example=contract.schemas[name].get("example"),
        used_by=schemas.uses(document, name),
        operations=[
            operation
            for operation in contract.operations.values()
            if schemas.refers(document, node_of(contract, operation), name)
        ],
        lifecycles=[table for table in contract.lifecycles.values() if table.schema == name],
    )


def _guide(frame: Frame, guide: Guide, pages: Mapping[str, Make]) -> bytes:
    known = guides.pages_by_source(pages)
    html, sections = guides.render(
        guide, lambda path: relative(guide.page, known[path]) if path in known else None
    )
    escaped = Markup(html)  # by the Markdown parser
    return frame.page("guide.html", guide.page, guide=guide, html=escaped, sections=sections)
