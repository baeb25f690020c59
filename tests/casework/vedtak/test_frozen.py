"""The database refuses to change or delete decisions, events and letters."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from casework.log.enums import Outcome
from casework.models import Event, StoredFile, Transition, Vedtak, VedtakOutcome
from tests import factories as f

pytestmark = pytest.mark.django_db


def refused(action) -> None:
    with (
        pytest.raises(DatabaseError, match=r"frozen|append-only|permission denied"),
        transaction.atomic(),
    ):
        action()


def test_the_outcomes_of_an_issued_vedtak_are_frozen():
    vedtak = f.ApplicationFactory(granted=True).decision
    outcomes = VedtakOutcome.objects.filter(vedtak=vedtak)
    other = f.basis("boligsosialloven_6")
    refused(lambda: outcomes.update(outcome=Outcome.REFUSED))
    refused(lambda: outcomes.delete())
    refused(lambda: vedtak.outcomes.create(basis=other, outcome=Outcome.GRANTED))
    draft = f.VedtakFactory()
    refused(lambda: draft.outcomes.update(vedtak=vedtak))
    assert [one.outcome for one in outcomes] == [Outcome.GRANTED]


def test_the_outcomes_of_a_draft_may_still_be_changed():
    draft = f.VedtakFactory()
    draft.outcomes.update(outcome=Outcome.REFUSED)
    draft.outcomes.all().delete()
    draft.outcomes.create(basis=f.basis(), outcome=Outcome.GRANTED)
    assert draft.outcomes.get().outcome == Outcome.GRANTED


def test_issued_vedtak_cannot_be_deleted():
    vedtak = f.VedtakFactory(issued=True, letter=False)
    refused(lambda: Vedtak.objects.filter(pk=vedtak.pk)._raw_delete("default"))


def test_letter_cannot_be_deleted():
    file = f.StoredFileFactory()
    refused(lambda: StoredFile.objects.filter(pk=file.pk).delete())


def test_event_cannot_be_changed_or_deleted():
    event = f.EventFactory()
    row = Event.objects.filter(pk=event.pk)
    refused(lambda: row.update(text="Noe annet."))
    refused(lambda: row.update(by=f.UserFactory()))
    refused(lambda: row.delete())
    # When two records of a person are merged, the event moves with its text unchanged.
    row.update(person=f.PersonFactory())


def test_transition_cannot_be_changed_or_deleted():
    move = Transition.objects.create(
        process="vedtak", object_id=1, from_state="", to_state="utkast", at=f.now()
    )
    refused(lambda: Transition.objects.filter(pk=move.pk).update(to_state="fattet"))
    refused(lambda: move.delete())
