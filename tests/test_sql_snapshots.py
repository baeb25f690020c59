"""The queries of every list page and detail page, kept as snapshots.

When a change of queries is intended, run `pytest tests/test_sql_snapshots.py --snapshot-update`,
read the diff, and commit it with the change. A new `× n` is usually a query for each row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import ImportState, ReadKind, RoleKind
from accounts.models import FileImport, ReadLog
from tests import factories as f
from tests.factories_leases import StepFactory
from tests.sql_snapshots import Query, as_text, captured_queries
from tests.urls_table import TABLE, samples

# A fixed day: which queries a page runs can depend on how near a deadline is.
DAY = datetime.fromisoformat("2026-03-11T10:00:00+01:00")

# GET pages that are neither a list nor a detail page.
LEFT_OUT = {
    "a form": """
        accounts:role_end accounts:setting
        allocation:class_propose allocation:lease_information allocation:lease_new
        allocation:meeting_new allocation:offer_answer allocation:offer_new
        allocation:offer_reserved allocation:release allocation:reserve
        allocation:still_needed_answer
        casework:appeal_ask_suspension casework:appeal_assign casework:appeal_dismiss
        casework:appeal_forward casework:appeal_new casework:appeal_outcome casework:appeal_reverse
        casework:appeal_suspension casework:appeal_take_in casework:appeal_take_up
        casework:appeal_withdraw casework:vedtak_arrived casework:dismissal_collected
        casework:application_correct casework:application_forward casework:application_new
        casework:application_reopen desk:death_correct
        casework:application_withdraw casework:member_correct casework:plan_reopen
        casework:take_back
        casework:assessment_new casework:basis casework:basis_end casework:basis_new
        casework:checklist_item casework:dimension casework:dimension_end casework:dimension_new
        casework:document_new casework:document_withdraw casework:handover_new
        casework:institution_notice_new casework:interim_reply casework:letter_agreement
        casework:merge casework:merge_undo casework:milestone casework:milestone_new casework:need
        casework:note_new casework:note_objection casework:notice_new casework:papers_ask
        casework:past_matter casework:past_matter_new casework:past_matter_payments
        casework:person_edit casework:person_new casework:plan_edit casework:plan_new
        casework:plan_settle casework:representative_edit casework:section_27 casework:service_end
        casework:service_hours casework:service_new casework:statement_answer
        casework:statement_comment casework:statement_new casework:statement_outside
        casework:team_meeting_new casework:team_member_new casework:text casework:text_end
        casework:text_new
        housing:agreement_correct housing:agreement_flag housing:agreement_new
        housing:check_correct housing:check_new housing:meeting_correct housing:meeting_new
        housing:property_edit housing:provider_edit housing:provider_new housing:unit_edit
        housing:upkeep_done housing:upkeep_new
        peers:link_new
        stays:lease_prolong stays:lease_ready stays:lease_rent stays:lease_step stays:price_index
        stays:renew stays:risk_close stays:risk_new stays:risk_reopen stays:stay_change
        stays:stay_end stays:stay_new""",
    "a file": """
        accounts:import_report accounts:import_template allocation:minutes
        casework:appeal_documents casework:document casework:letter
        casework:letter_copy casework:vedtak_draft""",
    "a part of a page": "casework:vedtak_preview desk:person_rank",
    "the pieces that pages are made of": "common:components",
    "only in the demonstration": "demo:sign_in",
}

# The query string or user that gives rows in a list that would be empty.
ASKED = {
    "allocation:still_needed": "?alle=1",
    "casework:vedtak_queue": "?visning=alle",
    "desk:search": "?q=Testen",
}
OPENED_BY = {
    "casework:past_matters": lambda world: world.application.responsible,
    "desk:day": lambda world: world.application.responsible,
    "peers:log": lambda world: world.link.peer.user,
    "peers:mine": lambda world: world.link.peer.user,
    "peers:participant": lambda world: world.link.peer.user,
}
EMPTY = 'class="v-empty"'  # components/empty.html


def get_pages() -> set[str]:
    return {name for name, row in TABLE.items() if not row.post}


def left_out() -> set[str]:
    return {name for names in LEFT_OUT.values() for name in names.split()}


def test_every_name_in_left_out_exists():
    assert not left_out() - get_pages()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """`samples()` created once per module, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(DAY):
            cache.clear()
            world = samples()
            add_rows(world)
            world.on_every_page = queries_on_every_page()
        yield world
        transaction.set_rollback(True)


def add_rows(world: SimpleNamespace) -> None:
    """Rows for lists that would be empty with `samples()` alone."""
    caseworker = world.application.responsible
    f.ApplicationFactory(granted=True)  # on the waiting list; the unit on the agenda fits
    for n in range(2):
        f.EventFactory(person=world.person)
        f.FlagFactory(owner=caseworker)
        StepFactory(lease=world.lease, on=f.days_ago(n))
        f.LeaseFactory(days_ago=3 * 365 - 30)  # expires in a month
    for _n in range(4):  # many new in one house
        f.StayFactory(lease=True, unit=f.UnitFactory(property=world.property), days_ago=20)
    FileImport.objects.create(
        kind="boliger",
        file_name="boliger.csv",
        content=b"",
        state=ImportState.APPLIED,
        uploaded_at=f.now(),
        uploaded_by=world.user,
        confirmed_at=f.now(),
        confirmed_by=world.user,
    )
    ReadLog.objects.create(
        user=world.user,
        persons=[world.person.pk],
        page="person",
        kind=ReadKind.PERSON,
        at=f.now(),
    )


def queries_on_every_page() -> set[Query]:
    """The user and the menu: shown in full in one snapshot, by origin only in the others."""
    client = Client()
    client.force_login(f.UserFactory(role=RoleKind.CASEWORKER))
    with captured_queries() as queries:
        client.get(reverse("common:components"))
    return set(queries)


@pytest.mark.django_db
def test_queries_on_every_page(world, snapshot):
    assert as_text(sorted(world.on_every_page)) == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(get_pages() - left_out()))
def test_queries_of_page(name, world, login, snapshot):
    row = TABLE[name]
    with time_machine.travel(DAY):
        client = login(user=OPENED_BY[name](world)) if name in OPENED_BY else login(row.roles[0])
        with captured_queries() as queries:
            answer = client.get(row.url(name, world) + ASKED.get(name, ""))
    assert answer.status_code == 200
    assert EMPTY not in answer.text, "An empty list hides the queries of its rows."
    assert as_text(queries, known=world.on_every_page) == snapshot
