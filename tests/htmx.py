"""htmx without a browser: send the request of an element of a page, and swap the answer in.

Covers what the templates use: `hx-get`, `hx-post`, `hx-target="#id"`, `hx-swap` with `innerHTML`
or `outerHTML`, `hx-swap-oob="true"`, and the `HX-Retarget` and `HX-Reswap` headers. Anything else
fails. HTML is read by `django.test.html`: whitespace and the order of attributes do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.html import Element, parse_html

TOKENS = ("csrfmiddlewaretoken", "form_token")  # new each time
SUPPORTED = {
    *("hx-get", "hx-post", "hx-target", "hx-swap", "hx-swap-oob"),
    *("hx-include", "hx-trigger", "hx-sync"),  # when to send, and what: up to the test
}


def parsed(answer: HttpResponse) -> Element:
    """The answer as a tree, without the values of tokens."""
    root = parse_html(f"<body>{answer.text}</body>")
    for element in elements(root):
        if attribute(element, "name") in TOKENS:
            _remove_attributes(element, "value")
        unsupported = {name for name, _value in element.attributes if name.startswith("hx-")}
        assert unsupported <= SUPPORTED, unsupported - SUPPORTED
    return root


def elements(root: Element) -> Iterator[Element]:
    for child in root.children:
        if isinstance(child, Element):
            yield child
            yield from elements(child)


def attribute(element: Element, name: str) -> str | None:
    return dict(element.attributes).get(name)


def find(root: Element, condition: Callable[[Element], bool]) -> Element:
    return next(element for element in elements(root) if condition(element))


def by_id(root: Element, value: str) -> Element:
    return find(root, lambda element: attribute(element, "id") == value)


def main_html(page: Element) -> str:
    return str(find(page, lambda element: element.name == "main"))


def inner_html(element: Element) -> str:
    return "".join(str(child) for child in element.children)


def swap(client: Client, page: Element, url: str, data: dict[str, Any] | None = None) -> Element:
    """Change `page` as htmx does when the element with this `hx-get` or `hx-post` is triggered.

    Returns the element that was the target (with `outerHTML`: what came in its place).
    """
    source = find(page, lambda e: url in (attribute(e, "hx-get"), attribute(e, "hx-post")))
    send = client.post if attribute(source, "hx-post") else client.get
    answer = send(url, data, headers={"HX-Request": "true"})
    assert answer.status_code in (200, 422)  # `responseHandling` in layout/base.html
    assert "<html" not in answer.text
    fragment = parsed(answer)
    for element in [e for e in elements(fragment) if attribute(e, "hx-swap-oob")]:
        assert attribute(element, "hx-swap-oob") == "true"
        _replace(fragment, element, [])
        _remove_attributes(element, "hx-swap-oob")
        _replace(page, by_id(page, attribute(element, "id")), [element])
    selector = answer.headers.get("HX-Retarget") or attribute(source, "hx-target")
    target = by_id(page, selector.removeprefix("#")) if selector else source
    style = answer.headers.get("HX-Reswap") or attribute(source, "hx-swap") or "innerHTML"
    if style == "innerHTML":
        target.children = fragment.children
        return target
    assert style == "outerHTML"
    (new,) = fragment.children
    _replace(page, target, [new])
    return new


def without_input(root: Element) -> Element:
    """The tree without what is typed and chosen in its form controls."""
    for element in elements(root):
        if element.name in ("input", "option"):
            _remove_attributes(element, "value", "checked", "selected")
        elif element.name == "textarea":
            element.children = []
    return root


def _replace(root: Element, old: Element, new: list[Element]) -> None:
    for parent in [root, *elements(root)]:
        for n, child in enumerate(parent.children):
            if child is old:
                parent.children[n : n + 1] = new
                return
    raise AssertionError(f"Not in the tree: {old}")


def _remove_attributes(element: Element, *names: str) -> None:
    element.attributes = [pair for pair in element.attributes if pair[0] not in names]
