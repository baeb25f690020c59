"""The cached order of the waiting list is fast and never out of date."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from allocation import order, ranking
from casework.models import Application, Person
from tests.factories import ApplicationFactory, UserFactory, today

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader():
    return UserFactory(caseworker=True)


def page(reader) -> list[int]:
    shown = ranking.page(today(), visible_to=reader, filters=ranking.Filters())
    return [entry.application_id for entry in shown.entries]


def asks_for_the_whole(reader) -> bool:
    with CaptureQueriesContext(connection) as asked:
        page(reader)
    return any(order.SELECT in query["sql"] for query in asked)


def test_order_is_cached_until_a_table_it_reads_changes(reader):
    first, second = ApplicationFactory(granted=True), ApplicationFactory(granted=True)
    assert sorted(page(reader)) == [first.pk, second.pk]
    assert not asks_for_the_whole(reader)

    Application.objects.filter(pk=first.pk).update(state="trukket")

    assert page(reader) == [second.pk]
    assert not asks_for_the_whole(reader)


def test_person_who_becomes_protected_disappears_at_once(reader):
    case = ApplicationFactory(granted=True)
    assert page(reader) == [case.pk]

    Person.objects.filter(pk=case.person_id).update(protection="strengtFortrolig")

    assert page(reader) == []


def test_users_with_different_access_have_separate_caches(reader):
    case = ApplicationFactory(granted=True, person__protection="fortrolig")
    trusted = UserFactory(caseworker=True, sees_protected=True)

    assert page(trusted) == [case.pk]
    assert page(reader) == []


def test_order_read_during_a_write_is_not_cached(reader):
    """The writer has moved the number, and nobody else sees what was written: not until the
    commit, and the number does not move then."""
    case = ApplicationFactory(granted=True)
    written, read = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                Application.objects.filter(pk=case.pk).update(state="trukket")
                written.set()
                read.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(20)
    before = page(reader)
    read.set()
    writer.join()

    assert before == [case.pk]
    assert page(reader) == []


def test_change_in_any_table_of_the_ranking_changes_the_version(reader):
    ApplicationFactory(granted=True)
    with CaptureQueriesContext(connection) as asked:
        page(reader)
    (statement,) = [query["sql"] for query in asked if order.SELECT in query["sql"]]
    read = set(
        re.findall(r"(?:FROM|JOIN)\s+((?:casework|stays|allocation|housing)_\w+)", statement)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'ranking_changed'"
        )
        triggers = {name for (name,) in cursor.fetchall()}

    assert len(read) > 8
    assert read <= triggers
