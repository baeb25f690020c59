"""htmx without a browser: send the request of an element of a page, and swap the answer in.

Covers what the templates use: `hx-get`, `hx-post`, `hx-target="#id"`, `hx-swap` with `innerHTML`
or `outerHTML`, `hx-swap-oob="true"`, and the `HX-Retarget` and `HX-Reswap` headers. Anything else
fails. Whitespace and the order of attributes do not count (`django.test.html`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.html import Element, parse_html

TOKENS = ("csrfmiddlewaretoken", "form_token")  # new each time
UNDERSTOOD = {
    *("hx-get", "hx-post", "hx-target", "hx-swap", "hx-swap-oob"),
    *("hx-include", "hx-trigger", "hx-sync"),  # when and with what: the test sends it
}


def parsed(answer: HttpResponse) -> Element:
    """The answer as a tree, without the values of tokens."""
    root = parse_html(f"<body>{answer.text}</body>")
    for element in elements(root):
        if attribute(element, "name") in TOKENS:
            element.attributes = [pair for pair in element.attributes if pair[0] != "value"]
        unknown = {name for name, _value in element.attributes if name.startswith("hx-")}
        assert unknown <= UNDERSTOOD, unknown
    return root


def attribute(element: Element, name: str) -> str | None:
    return dict(element.attributes).get(name)


def elements(root: Element) -> Iterator[Element]:
    for child in root.children:
        if isinstance(child, Element):
            yield child
            yield from elements(child)


def find(root: Element, wanted: Callable[[Element], bool]) -> Element:
    return next(element for element in elements(root) if wanted(element))


def by_id(root: Element, key: str) -> Element:
    return find(root, lambda element: attribute(element, "id") == key)


def swap(client: Client, page: Element, url: str, data: dict[str, Any] | None = None) -> None:
    """Do to the page what htmx does when the element that asks for the URL is triggered."""
    asking = find(page, lambda e: url in (attribute(e, "hx-get"), attribute(e, "hx-post")))
    send = client.post if attribute(asking, "hx-post") else client.get
    answer = send(url, data, headers={"HX-Request": "true"})
    assert answer.status_code in (200, 422)  # what `htmx-config` in layout/base.html lets in
    assert "<html" not in answer.text
    new = parsed(answer)
    for element in [e for e in elements(new) if attribute(e, "hx-swap-oob")]:
        assert attribute(element, "hx-swap-oob") == "true"
        _replace(new, element, [])
        element.attributes = [pair for pair in element.attributes if pair[0] != "hx-swap-oob"]
        _replace(page, by_id(page, attribute(element, "id")), [element])
    selector = answer.headers.get("HX-Retarget") or attribute(asking, "hx-target")
    target = by_id(page, selector.removeprefix("#")) if selector else asking
    style = answer.headers.get("HX-Reswap") or attribute(asking, "hx-swap") or "innerHTML"
    if style == "outerHTML":
        _replace(page, target, new.children)
    else:
        assert style == "innerHTML"
        target.children = new.children


def _replace(root: Element, old: Element, new: list[Any]) -> None:
    parent = find_parent(root, old)
    at = next(n for n, child in enumerate(parent.children) if child is old)
    parent.children[at : at + 1] = new


def find_parent(root: Element, child: Element) -> Element:
    return next(e for e in [root, *elements(root)] if any(each is child for each in e.children))
