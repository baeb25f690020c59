"""Bad input in every field of every form gives a Norwegian message or a normal answer.

The forms of each page are found in its HTML and sent with one bad value at a time in every
field. The answer is never a server error, never English and never half saved, and it keeps the
input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleKind
from tests import factories as f
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(
    r"Select a valid|This field|Ensure this|Enter a (?:valid|number|whole)|already exists"
    r"|Traceback|Exception|violates|constraint|out of range|does not exist|Null characters"
    r"|matching query|invalid literal|must be|is required|DataError|IntegrityError",
)
POISONS: dict[str, str] = {
    "nothing": "",
    "an impossible date": "31.02.2026",
    "the year 9999": "31.12.9999",
    "below zero": "-1",
    "beyond the database's numbers": str(2**63),
    "a null character": "a\x00b",
    "an emoji and a private character": "Jeg \U0001f600 bor \ue000 her, og vil bli.",
    "markup": "<script>alert(1)</script>{{ 7|add:7 }}#panic()",
    "far too much": "æ" * 100_000,
    "someone else's key": "987654321",
    "percent": "%s%d%(x)s\\",
}


# Bad values for choices, checkboxes and hidden keys; bad dates and texts would add nothing.
OF_CHOICES = (
    "nothing",
    "below zero",
    "beyond the database's numbers",
    "a null character",
    "markup",
)
TYPED = ("text", "textarea")


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value


class FormFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.now: Form | None = None
        self.select: tuple[str, bool] | None = None
        self.area: str | None = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.now = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self.now)
            if given.get("id"):
                self.by_id[given["id"]] = self.now
        form = self.by_id.get(given.get("form") or "", self.now)
        if form is None:
            return
        name = given.get("name") or ""
        if tag in ("input", "button") and name:
            kind = given.get("type") or ("submit" if tag == "button" else "text")
            if kind in ("radio", "checkbox") and "checked" not in given:
                kind += "-off"
            form.fields.append((name, kind, given.get("value") or ""))
        elif tag == "select" and name:
            self.select = (name, False)
            form.fields.append((name, "select", ""))
        elif tag == "option" and self.select and "selected" in given:
            form.fields[-1] = (self.select[0], "select", given.get("value") or "")
        elif tag == "textarea" and name:
            self.area = ""
            form.fields.append((name, "textarea", ""))

    def handle_data(self, data):
        if self.area is not None and self.now:
            self.area += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area is not None and self.now:
            name, kind, _value = self.now.fields[-1]
            self.now.fields[-1] = (name, kind, self.area.removeprefix("\n"))
            self.area = None


def forms_of(html: str) -> list[Form]:
    finder = FormFinder()
    finder.feed(html)
    return [one for one in finder.forms if one.method == "post"]


def poisoned(form: Form, poison: str, *, choices: bool) -> dict[str, list[str]]:
    """What the browser would send, with the bad value in every field of one kind."""
    data: dict[str, list[str]] = {}
    for name, kind, value in form.fields:
        if name in ("csrfmiddlewaretoken", "form_token"):
            continue
        chosen = kind.startswith(("select", "radio", "checkbox", "hidden", "submit"))
        if kind == "file":
            continue
        if chosen == choices:
            data[name] = [poison]
        elif not kind.endswith("-off") and kind != "submit":
            data.setdefault(name, []).append(value)
    return data


def rows() -> dict[str, int]:
    """The number of rows per table, without the tables any request may write to."""
    passing = ("accounts_readlog", "django_session", "accounts_submission", "housing_stockexport")
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.db_table not in passing]
    union = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(union)
        return dict(cursor.fetchall())


class Undo(Exception):
    pass


def tries(form: Form) -> Iterator[tuple[str, bool, dict[str, list[str]]]]:
    """Each bad value in each kind of field, without duplicates of the same data."""
    sent = []
    sorts = [(what, False) for what in POISONS] + [(what, True) for what in OF_CHOICES]
    for what, choices in sorts:
        data = poisoned(form, POISONS[what], choices=choices)
        if data not in sent:
            sent.append(data)
            yield what, choices, data


def faults_of(
    client: Client,
    page: str,
    form: Form,
    what: str,
    choices: bool,
    data: dict[str, list[str]],
    before: dict[str, int],
) -> list[str]:
    where = form.action or page
    problems = []
    try:
        with transaction.atomic():
            answer = client.post(where, data)
            text = answer.content.decode("utf-8", "replace")
            if answer.status_code >= 500:
                error = answer.exc_info[1] if getattr(answer, "exc_info", None) else ""
                problems.append(f"{answer.status_code} {error!r:.300}")
                raise Undo
            if answer.status_code in (200, 422):
                if rows() != before:
                    problems.append("said no, and saved something")
                if hit := ENGLISH.search(text):
                    problems.append(f"English: {text[max(0, hit.start() - 60) : hit.end() + 60]!r}")
                kept = what == "markup" and not choices and "text/html" in answer["Content-Type"]
                typed = [
                    n for n, kind, _v in form.fields if kind in ("text", "textarea") and n in data
                ]
                if kept and typed and "&lt;script&gt;alert(1)" not in text:
                    problems.append(f"what was typed in {typed} is gone")
                if "<script>alert(1)" in text:
                    problems.append("markup from a field is in the page as markup")
            raise Undo
    except Undo:
        pass
    sort = "choices" if choices else "texts"
    return [f"{page} → {where}, {what} in its {sort}: {one}" for one in problems]


@pytest.mark.long
@pytest.mark.parametrize("role", list(RoleKind))
def test_no_input_crashes_a_form_on_any_page(role, login):
    made = samples()
    client = login(role)
    client.raise_request_exception = False
    wrong, tried, seen = [], 0, set()
    before = rows()  # each request is rolled back
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        if row.post or role not in row.roles or name == "common:components":
            continue
        if role != RoleKind.CASEWORKER and RoleKind.CASEWORKER in row.roles:
            continue  # tried as the caseworker
        page = row.url(name, made)
        html = client.get(page).content.decode("utf-8", "replace")
        for form in forms_of(html):
            key = (form.action or page, tuple(sorted({f[0] for f in form.fields})))
            if key in seen or "/konto/" in form.action:
                continue
            seen.add(key)
            for what, choices, data in tries(form):
                tried += 1
                wrong += faults_of(client, page, form, what, choices, data, before)
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("field", "number"),
    [("max_floor", "40000"), ("max_floor", "-40000"), ("rent_max", "99999999999")],
)
def test_housing_need_refuses_numbers_the_database_cannot_hold(as_caseworker, field, number):
    application = f.ApplicationFactory(assessed=True)
    before = rows()
    data = {"types": ["kommunal"], "bedrooms": "1", "staffing": "ingen", field: number}
    data["edit_reason"] = "Etter samtale."
    answer = as_caseworker.post(reverse("casework:need", args=[application.pk]), data)
    assert answer.status_code == 200
    assert rows() == before
    assert f'value="{number}"' in answer.content.decode()
