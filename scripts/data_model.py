"""`make model`: writes docs/data-model.md from Django's models. A test checks that it is current.

One Mermaid diagram per package; GitHub and most editors show it. Left out: the author fields
(`…_by`) and the history tables (simple-history).
"""

from __future__ import annotations

import os
import sys
from itertools import groupby

from scripts import services, vedtak_checks
from scripts.console import say

PAGE = services.ROOT / "docs" / "data-model.md"
ORDER = ["accounts", "housing", "casework", "stays", "allocation", "peers"]
HEAD = """\
# The data model

Made by `make model` from the code: change the models, not this page. One picture a room, together
with what it points to in other rooms. A line with a crow's foot goes from the one to the many. Who
did it (`…_by`) and history are left out. The words are in [begreper.md](begreper.md).
"""


def page() -> str:
    """The text of the page."""
    from django.apps import apps

    models = [
        model
        for label in ORDER
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    ]
    models.sort(key=lambda model: (ORDER.index(model._meta.app_label), _room(model)))
    parts = [HEAD]
    for room, members in groupby(models, key=_room):
        parts.append(_picture(room, list(members)))
    return "\n".join(parts)


def _room(model) -> str:
    """«casework/persons» of `casework.persons.models.documents`; «peers» of `peers.models`."""
    return model.__module__.partition(".models")[0].replace(".", "/")


def _picture(room: str, models: list) -> str:
    lines, alone = [], []
    for model in sorted(models, key=lambda m: m.__name__):
        pointers = [_line(model, field) for field in _pointing(model)]
        lines += pointers
        if not pointers:
            alone.append(f"    {model.__name__}")
    body = "\n".join(alone + lines)
    return f"## {room}/\n\n```mermaid\nerDiagram\n{body}\n```\n"


def _pointing(model) -> list:
    fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
    return [
        field
        for field in fields
        if field.is_relation and field.related_model and not field.name.endswith("_by")
    ]


def _line(model, field) -> str:
    """`    Person ||--o{ Application : person`, from one to many."""
    if field.many_to_many:
        arrow = "}o--o{"
    elif field.one_to_one:
        arrow = "|o--o|" if field.null else "||--o|"
    else:
        arrow = "|o--o{" if field.null else "||--o{"
    return f"    {field.related_model.__name__} {arrow} {model.__name__} : {field.name}"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("VARIG_MODE", "test")
    import django

    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
    vedtak_checks.PAGE.write_text(vedtak_checks.page(), encoding="utf-8")
    say("docs/data-model.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
