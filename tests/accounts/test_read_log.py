"""Every response that names a person is logged, with whom it was shown to (docs/adr/0022)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import reads
from accounts.enums import ReadKind, RoleKind
from accounts.models import ReadLog
from casework.models import Person
from peers.models import PeerLink
from stays.temporary import board
from tests import factories as f
from tests.sql_snapshots import captured_queries
from tests.test_sql_snapshots import ASKED
from tests.test_two_worlds import text_of, undone
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

# The names of persons in these tests: a number that no other text has.
NAME = re.compile(r"\b(?:Qf|Qe)\d+x", re.IGNORECASE)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def named(monkeypatch) -> SimpleNamespace:
    """`samples()` in which each person has a name of their own; `by_name` has their keys."""
    number = count(1)
    make = f.PersonFactory._create.__func__

    def create(cls, *args, **kwargs):
        one = next(number)
        return make(cls, *args, **kwargs | {"first_name": f"Qf{one}x", "last_name": f"Qe{one}x"})

    monkeypatch.setattr(f.PersonFactory, "_create", classmethod(create))
    made = samples()
    for link in PeerLink.objects.select_related("person"):
        PeerLink.objects.filter(pk=link.pk).update(call_name=link.person.first_name)
    made.by_name = {}
    for pk, first, last, national, duf in Person.objects.values_list(
        "pk", "first_name", "last_name", "national_id", "duf"
    ):
        made.by_name |= {each.lower(): pk for each in (first, last, national, duf) if each}
    made.numbers = {each for each in made.by_name if each.isdigit()}
    monkeypatch.setattr(reads, "SAME_READING", timedelta(0))
    return made


def in_text(made: SimpleNamespace, text: str) -> set[int]:
    found = {each.lower() for each in NAME.findall(text)}
    found |= {number for number in made.numbers if number in text}
    return {made.by_name[each] for each in found if each in made.by_name}


def requests(made: SimpleNamespace) -> Iterator[tuple[str, str, dict | None, dict]]:
    """(name, URL, what a POST sends or None, headers)"""
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        url = row.url(name, made)
        if not row.post:
            yield name, url, None, {}
            yield name, url, None, HTMX
            if name in ASKED:
                yield name, url + ASKED[name], None, {}
        # A form that is sent empty is shown again; one that needs nothing leads on, with a message.
        yield name, url, row.data, {}
    number = {"q": made.person.national_id}
    for sought in ({"q": "Qf"}, number, {"q": made.application.case_number}):
        for headers in ({}, HTMX):
            yield "desk:search", reverse("desk:search"), sought, headers
    yield "desk:person_number", reverse("desk:person_number", args=[made.person.pk]), {}, HTMX


def not_logged(client, made: SimpleNamespace) -> tuple[list[str], int]:
    """The responses that name somebody whom no row of theirs has; and how many named somebody."""
    wrong, naming = [], 0
    for name, url, data, how in requests(made):
        with undone():
            before = ReadLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            send = client.get if data is None else client.post
            answer = send(url, data or {}, follow=True, **how)
            # A search field shows what was typed in it again.
            typed = in_text(made, " ".join(map(str, (data or {}).values())))
            shown = in_text(made, text_of(answer)) - typed
            rows = list(ReadLog.objects.filter(pk__gt=before, user=client.user))
        naming += bool(shown)
        logged = {person for row in rows for person in row.persons}
        method = "GET" if data is None else "POST"
        if missing := shown - logged:
            wrong.append(f"{method} {name} {url} {how}: names {missing}, logged {logged}")
        if len(rows) > 1 + len(answer.redirect_chain):
            wrong.append(f"{method} {name} {url}: {len(rows)} rows for one response")
        wrong += [
            f"{method} {name} {url}: the page «{row.page}» has no words in reads.PAGES"
            for row in rows
            if row.page not in reads.PAGES
        ]
    return wrong, naming


@pytest.mark.long
@pytest.mark.parametrize("role", list(RoleKind))
def test_no_response_names_a_person_without_a_row(named, login, role):
    client = login(role)
    client.raise_request_exception = False
    wrong, naming = not_logged(client, named)
    print(f"{role}: {naming} responses named somebody")
    assert not wrong, "\n".join(wrong)
    assert naming > 50 or role not in (RoleKind.CASEWORKER, RoleKind.APPROVER, RoleKind.MANAGER)


@pytest.mark.long
@pytest.mark.parametrize("whose", ["peer", "responsible"])
def test_no_page_of_ones_own_names_a_person_without_a_row(named, login, whose):
    user = named.link.peer.user if whose == "peer" else named.application.responsible
    client = login(user=user)
    client.raise_request_exception = False
    wrong, naming = not_logged(client, named)
    assert not wrong, "\n".join(wrong)
    assert naming > 2


def test_a_page_that_reads_names_past_the_model_is_found(named, login, monkeypatch):
    """The test of all pages fails when one is broken on purpose: the board reads columns."""
    monkeypatch.setattr(board, "names", lambda persons: None)
    client = login(RoleKind.CASEWORKER)
    page = client.get("/midlertidig/")
    assert in_text(named, page.text)
    logged = {person for row in ReadLog.objects.all() for person in row.persons}
    assert in_text(named, page.text) - logged


# ------------------------------------------------------------------ what a row says


def test_a_person_page_is_one_row_with_the_person_first_and_whose_case_it_was(as_caseworker):
    person = f.PersonFactory(responsible=as_caseworker.user)
    child = f.PersonFactory(child=True)
    household = f.HouseholdFactory(head=person)
    f.MemberFactory(household=household, person=child, relation="barn")
    assert child.called in as_caseworker.get(f"/personer/{person.pk}/").text
    row = ReadLog.objects.get()
    assert (row.persons, row.own) == ([person.pk, child.pk], [person.pk])
    assert (row.user, row.page, row.kind) == (as_caseworker.user, "person", ReadKind.PERSON)


@pytest.mark.parametrize(
    ("url", "sought", "kind"),
    [("/personer/", None, ReadKind.LIST), ("/sok/", {"q": "Navnløs"}, ReadKind.SEARCH)],
)
def test_a_list_is_one_row_with_all_it_shows_and_what_kind_it_is(as_caseworker, url, sought, kind):
    persons = [f.PersonFactory(last_name="Navnløs") for _n in range(3)]
    as_caseworker.post(url, sought) if sought else as_caseworker.get(url)
    row = ReadLog.objects.get()
    assert (sorted(row.persons), row.kind, row.own) == ([p.pk for p in persons], kind, [])
    assert list(ReadLog.objects.of(persons[1].pk)) == [row]


def test_the_own_case_may_be_an_application(as_caseworker):
    case = f.ApplicationFactory(responsible=as_caseworker.user)
    as_caseworker.get("/personer/")
    assert ReadLog.objects.get().own == [case.person_id]


def test_the_same_page_is_logged_once_a_minute(as_caseworker, time_machine):
    person = f.PersonFactory()
    time_machine.move_to(f.now(), tick=False)
    for _time in range(2):
        as_caseworker.get(f"/personer/{person.pk}/")
        as_caseworker.get(f"/personer/{person.pk}/opphold/")
    assert reads.reads_of(person.pk).count() == 2
    time_machine.shift(timedelta(seconds=61))
    as_caseworker.get(f"/personer/{person.pk}/")
    assert reads.reads_of(person.pk).count() == 3


def test_logging_a_response_takes_one_sql_statement(as_caseworker):
    f.PersonFactory.create_batch(3)
    with captured_queries() as queries:
        as_caseworker.get("/personer/")
    assert len([sql for _origin, sql in queries if "accounts_readlog" in sql]) == 1


def test_what_nobody_sees_is_not_logged(as_caseworker, login):
    hidden = f.PersonFactory(strictly_protected=True)
    person = f.PersonFactory()
    assert as_caseworker.get(f"/personer/{hidden.pk}/").status_code == 404
    assert login("personvernombud").get(f"/personer/{person.pk}/").status_code == 403
    assert not ReadLog.objects.exists()


def test_what_cannot_be_logged_is_not_shown(as_caseworker, monkeypatch):
    person = f.PersonFactory()
    monkeypatch.setattr(reads, "_own", ["no_such_function()"])
    as_caseworker.raise_request_exception = False
    with transaction.atomic():
        answer = as_caseworker.get(f"/personer/{person.pk}/")
        transaction.set_rollback(True)
    assert answer.status_code == 500
    assert person.last_name not in answer.text


def test_the_log_cannot_be_rewritten(as_caseworker):
    as_caseworker.get(f"/personer/{f.PersonFactory().pk}/")
    for change in (ReadLog.objects.all().delete, lambda: ReadLog.objects.update(persons=[1])):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_old_row_has_the_person_its_seal_has(as_owner):
    user = f.UserFactory()
    with pytest.raises(DatabaseError, match="readlog_kept_person"), transaction.atomic():
        ReadLog.objects.create(
            user=user, persons=[2], only_person=1, page="person", kind=ReadKind.PERSON, at=f.now()
        )


def test_readings_of_a_person_are_found_by_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "readlog_persons" in ReadLog.objects.of(7).order_by().explain()
