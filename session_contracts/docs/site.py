"""The site as a mapping: path of each page, and how it is made. Nothing is made before somebody asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from session_contracts.diagram import lifecycle_svg
from session_contracts.diff import SORTS
from session_contracts.diff.change import Kind
from session_contracts.diff.sorts import Sort
from session_contracts.docs import anatomy, facts, guides, schemas, search
from session_contracts.docs.examples import LANGUAGES, curl, secret_of
from session_contracts.docs.guides import Guide, by_section
from session_contracts.docs.model import MOCK, Api, Make
from session_contracts.docs.recorder import SERVE
from session_contracts.docs.render import relative, render, static
from session_contracts.docs.study import Study
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

#: Where the mock has Swagger UI for an API, relative to the root of the site.
TRY_PAGE = "try/{}.html"
STATIC = ("site.css", "site.js", "theme.js", "icon.svg")


@dataclass(frozen=True)
class Frame:
    """What every page shows around its own content. `try_it`: the mock serves the site, so that calls can be tried."""

    apis: tuple[Api, ...]
    try_it: bool
    reload: bool
    guides: tuple[Guide, ...]

    @property
    def sections(self) -> dict[str, list[Guide]]:
        """The guides by section, for the menu."""
        return by_section(self.guides)

    def page(self, template: str, path: str, api: Api | None = None, **context: Any) -> bytes:
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
    """Every page and file of the site of these APIs. `reload`: each page loads itself anew when the site has changed."""
    frame = Frame(tuple(apis), try_it, reload, guides.guides())
    pages: dict[str, Make] = {
        name: partial(static, name) for name in (*STATIC, *(["reload.js"] if reload else []))
    }
    pages["search-index.js"] = partial(search.script, frame.apis)
    pages["index.html"] = partial(
        frame.page, "home.html", "index.html", studies=[Study(api) for api in apis]
    )
    for api in apis:
        pages.update(_api(frame, Study(api)))
    for check in CHECKS:
        pages[lint_page(check.id)] = partial(
            frame.page, "lint_check.html", lint_page(check.id), check=check
        )
    pages[CHECKS_PAGE] = partial(frame.page, "lint.html", CHECKS_PAGE, checks=CHECKS)
    pages[CHANGES_PAGE] = partial(frame.page, "changes.html", CHANGES_PAGE, kinds=_sorts())
    pages["all.html"] = partial(
        frame.page, "all.html", "all.html", groups=lambda: search.groups(frame.apis)
    )
    pages[guides.LICENSE_PAGE] = guides.license_text
    for guide in frame.guides:
        pages[guide.page] = partial(_guide, frame, guide, pages)
    return pages


def _sorts() -> dict[Kind, list[Sort]]:
    return {kind: [sort for sort in SORTS if sort.kind is kind] for kind in Kind}


def missing(apis: Sequence[Api], path: str, *, try_it: bool = False) -> bytes:
    """What is shown at a path that the site does not have."""
    frame = Frame(tuple(apis), try_it, False, guides.guides())
    return frame.page("missing.html", path)


def _api(frame: Frame, study: Study) -> dict[str, Make]:
    api, contract = study.api, study.contract
    files = exports(contract)
    pages: dict[str, Make] = {
        download(api.name, name): content.encode for name, content in files.items()
    }
    pages[overview_page(api.name)] = partial(_overview, frame, study, tuple(files))
    pages[rules_page(api.name)] = partial(
        frame.page, "rules.html", rules_page(api.name), api, study=study
    )
    pages[decisions_page(api.name)] = partial(
        frame.page, "decisions.html", decisions_page(api.name), api, study=study
    )
    for operation in contract.operations.values():
        pages[operation_page(api.name, operation.id)] = partial(_operation, frame, study, operation)
    for rule in contract.rules.values():
        pages[rule_page(api.name, rule.id)] = partial(_rule, frame, study, rule)
    for name in contract.schemas:
        pages[schema_page(api.name, name)] = partial(_schema, frame, study, name)
    return pages


# ---- one function for each kind of page that needs more than the study


def _overview(frame: Frame, study: Study, files: tuple[str, ...]) -> bytes:
    api, contract = study.api, study.contract
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
    words = facts.security_rules
    return frame.page(
        "overview.html",
        path,
        api,
        study=study,
        diagrams=diagrams,
        schemes=schemes,
        files=files,
        security_rules=words,
    )


def _scheme(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    node: Mapping[str, Any] = document["components"]["securitySchemes"][name]
    return node


def _operation(frame: Frame, study: Study, operation: Operation) -> bytes:
    api, contract = study.api, study.contract
    node = facts.node_of(contract, operation)
    shown = study.examples[operation.id]
    answer = study.answers.get(operation.id)
    answers = anatomy.grouped(
        anatomy.responses(contract, operation), answer.status if answer else None
    )
    return frame.page(
        "operation.html",
        operation_page(api.name, operation.id),
        api,
        study=study,
        operation=operation,
        node=node,
        table=contract.lifecycle_of(operation.id),
        parameters=anatomy.parameters(contract, operation),
        bodies=anatomy.bodies(contract, operation),
        body_rules=facts.body_rules(operation.body) if operation.body else {},
        answers=[
            (group, facts.answering(contract, operation, group.statuses)) for group in answers
        ],
        rules=facts.rules_of(contract, operation),
        api_rules=facts.rules_of_api(contract, operation),
        examples=[(language, language.write(shown)) for language in LANGUAGES],
        answer=answer,
        pretty=pretty,
    )


def _rule(frame: Frame, study: Study, rule: Rule) -> bytes:
    provoked = study.provocations.get(rule.id)
    checks: dict[str, list[str]] = {}
    for name in study.checks.get(rule.id, ()):
        check, bracket, case = name.partition("[")
        checks.setdefault(check, []).extend([case.removesuffix("]")] if bracket else [])
    return frame.page(
        "rule.html",
        rule_page(study.api.name, rule.id),
        study.api,
        study=study,
        rule=rule,
        mentions=study.mentions[rule.id],
        checks=checks,
        breaking=study.breaks.get(rule.id),
        provocation=(curl(provoked[0]), provoked[1]) if provoked else None,
        pretty=pretty,
    )


def _schema(frame: Frame, study: Study, name: str) -> bytes:
    contract = study.contract
    document = contract.document
    node = document["components"]["schemas"][name]
    return frame.page(
        "schema.html",
        schema_page(study.api.name, name),
        study.api,
        study=study,
        name=name,
        schema=schemas.describe(document, node),
        example=contract.schemas[name].get("example"),
        used_by=schemas.uses(document, name),
        operations=[
            operation
            for operation in contract.operations.values()
            if schemas.refers(document, facts.node_of(contract, operation), name)
        ],
        lifecycles=[table for table in contract.lifecycles.values() if table.schema == name],
    )


def _guide(frame: Frame, guide: Guide, pages: Mapping[str, Make]) -> bytes:
    known = guides.pages_by_source(pages)
    html, sections = guides.render(
        guide, lambda path: relative(guide.page, known[path]) if path in known else None
    )
    return frame.page(
        "guide.html", guide.page, guide=guide, html=Markup(html), sections=sections
    )  # the parser has escaped it
