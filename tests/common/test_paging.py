"""A long list can be paged to its end and back, also with an invalid cursor."""

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common.paging import BadCursor, _decode, keyset_page

ORDERS = [
    ("pk",),
    ("-pk",),
    ("name", "pk"),
    ("name",),
    ("-name", "-pk"),
    ("-received", "pk"),
    ("received", "-pk"),
    ("received", "name", "pk"),
    ("-at", "name"),
    ("size", "-received", "pk"),
    ("-price", "size"),
    ("owner__name", "pk"),
    ("-owner__name", "received", "pk"),
    ("owner_id", "pk"),
    ("lower_name", "pk"),
    ("-waited", "pk"),
    ("waited", "-size"),
]


@pytest.fixture
def things(thing, owner):
    """37 rows with equal names, sizes, missing dates and missing owners."""
    owners = [owner.objects.create(name=name) for name in ("Eie", "Ås")]
    thing.objects.bulk_create(
        thing(
            name=f"N{n % 5}",
            size=n // 5,
            received=None if n % 4 == 0 else date(2026, 1, 1) + timedelta(days=n),
            at=None if n % 3 == 0 else datetime(2026, 1, 1, 12, n, 1, n * 7, tzinfo=UTC),
            price=n % 7 + n / 100,
            owner=None if n % 3 == 0 else owners[n % 2],
        )
        for n in range(37)
    )
    return thing.objects.annotate(
        lower_name=Lower("name"), waited=F("at") - Value(datetime(2026, 1, 2, tzinfo=UTC))
    )


def walk(queryset, order, size, cursor=None, step="next_cursor"):
    pages = []
    while True:
        page = keyset_page(queryset, order, cursor, size)
        pages.append(page)
        assert len(pages) < 100
        cursor = getattr(page, step)
        if cursor is None:
            return pages


@pytest.mark.parametrize("size", [1, 6, 36, 37, 38])
@pytest.mark.parametrize("order", ORDERS, ids=", ".join)
def test_paging_forward_shows_every_row_once_in_order(things, order, size):
    tail = () if order[-1] in {"pk", "-pk"} else ("-pk" if order[-1][0] == "-" else "pk",)
    expected = list(things.order_by(*order, *tail).values_list("pk", flat=True))
    pages = walk(things, order, size)
    assert [row.pk for page in pages for row in page] == expected
    assert not pages[0].has_prev
    assert len(pages) == -(-37 // size)


@pytest.mark.parametrize("order", ORDERS, ids=", ".join)
def test_paging_backward_shows_the_same_pages(things, order):
    there = walk(things, order, 6)
    back = walk(things, order, 6, there[-1].prev_cursor, "prev_cursor")
    assert [[row.pk for row in page] for page in back] == [
        [row.pk for row in page] for page in reversed(there[:-1])
    ]


def test_rows_as_dictionaries_can_be_paged(things):
    rows = things.values("pk", "name")
    page = keyset_page(rows, ("name", "pk"), size=5)
    assert len(keyset_page(rows, ("name", "pk"), page.next_cursor, 5)) == 5


def test_each_page_is_one_query_without_count_or_offset(things):
    first = keyset_page(things, ("name", "pk"), size=5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset_page(things, ("name", "pk"), first.next_cursor, 5)
    [query] = queries.captured_queries
    assert "COUNT" not in query["sql"]
    assert "OFFSET" not in query["sql"]
    assert '("sandbox_thing"."name", "sandbox_thing"."id") >' in query["sql"]


def test_deep_page_uses_the_index(thing, as_owner):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON sandbox_thing (name, id)")
    thing.objects.bulk_create(thing(name=f"{n:06}", size=n) for n in range(3_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sandbox_thing")
    page = keyset_page(thing.objects.all(), ("name", "pk"), size=2_000)
    with CaptureQueriesContext(connection) as queries:
        keyset_page(thing.objects.all(), ("name", "pk"), page.next_cursor, 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (ROW(" in plan


def test_an_empty_list_is_one_empty_page(thing):
    page = keyset_page(thing.objects.all())
    assert (page.items, page.next_cursor, page.prev_cursor) == ([], None, None)
    assert not page.has_other_pages


def test_first_page_is_shown_when_the_following_rows_are_deleted(things, thing):
    page = keyset_page(things, ("pk",), size=30)
    thing.objects.filter(pk__gt=page.items[-1].pk).delete()
    again = keyset_page(things, ("pk",), page.next_cursor, 30)
    assert [row.pk for row in again] == [row.pk for row in page]


def cursor_of(content) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


HOSTILE = [
    "",
    "x",
    "%%%",
    "é",
    "\x00",
    "A" * 100_000,
    "W1tbW1tbW1tb",
    base64.urlsafe_b64encode(b"[" * 1_400).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
    base64.urlsafe_b64encode(b'["name,pk",0,["N1",' + b"9" * 1_400 + b"]]").decode(),
    base64.urlsafe_b64encode(b'["size,pk",0,[NaN,1]]').decode(),
    cursor_of(None),
    cursor_of({}),
    cursor_of(["name,pk", 0]),
    cursor_of(["name,pk", 2, ["N1", 1]]),
    cursor_of(["name,pk", 0, ["N1"]]),
    cursor_of(["name,pk", 0, ["N1", "abc"]]),
    cursor_of(["name,pk", 0, ["N1", None]]),
    cursor_of(["name,pk", 0, [None, 1]]),
    cursor_of(["name,pk", 0, ["N\x00", 1]]),
    cursor_of(["name,pk", 0, ["\ud800", 1]]),
    cursor_of(["name,pk", 0, ["N1", 2**70]]),
    cursor_of(["name,pk", 0, [["N1"], 1]]),
    cursor_of(["name,pk", 0, [{"a": 1}, 1]]),
    cursor_of(["-received,pk", 0, ["2026-13-45", 1]]),
    cursor_of(["-received,pk", 0, [True, 1]]),
    cursor_of(["password,pk", 0, ["a", 1]]),
]


@pytest.mark.parametrize("cursor", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("order", [("name", "pk"), ("-received", "pk"), ("size", "pk")], ids=str)
def test_a_tampered_cursor_gives_the_first_page(things, order, cursor):
    first = keyset_page(things, order, size=5)
    assert [row.pk for row in keyset_page(things, order, cursor, 5)] == [row.pk for row in first]


def test_a_cursor_of_another_order_gives_the_first_page(things):
    page = keyset_page(things, ("name", "pk"), size=5)
    other = keyset_page(things, ("-name", "pk"), page.next_cursor, 5)
    assert not other.has_prev


@given(st.text(max_size=200))
def test_no_text_makes_a_cursor_crash(text):
    with pytest.raises(BadCursor):
        _decode(text, ("pk",), [])


def test_order_over_a_to_many_relation_is_an_error(owner):
    with pytest.raises(ValueError, match="more than once"):
        keyset_page(owner.objects.all(), ("thing__name",))


def test_order_by_a_relation_must_name_its_column(things):
    with pytest.raises(ValueError, match="owner_id"):
        keyset_page(things, ("owner", "pk"))


def test_list_cannot_be_paged_by_a_type_without_order(things):
    with pytest.raises(TypeError, match="paged by list"):
        keyset_page(things.annotate(names=ArrayAgg("owner__name")), ("names", "pk"), size=1)
