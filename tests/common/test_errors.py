"""The database's no becomes a sentence, and only where somebody wrote one."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from common.errors import explain_integrity_error


def refused(make, **fields) -> str | None:
    with pytest.raises(IntegrityError) as no, transaction.atomic():
        make.objects.create(**fields)
    return explain_integrity_error(no.value)


def test_a_named_constraint_answers_with_its_sentence(thing):
    assert refused(thing, name="a", size=-1) == "Størrelsen kan ikke være under null."


def test_a_unique_constraint_over_an_expression_does_too(thing):
    thing.objects.create(name="ab", size=77)
    assert refused(thing, name="cd", size=77) == "Bare én med størrelse 77."


def test_a_unique_constraint_without_a_sentence_names_the_fields(thing):
    thing.objects.create(name="a", received=date(2026, 1, 1))
    assert (
        refused(thing, name="a", size=1, received=date(2026, 1, 1))
        == "Navn og received er allerede i bruk."
    )


def test_a_unique_field_names_itself_and_not_its_neighbour(thing):
    thing.objects.create(name="a", code=1, code_two=2)
    assert refused(thing, name="b", code=1) == "Kode er allerede i bruk."
    assert refused(thing, name="b", code_two=2) == "Annen kode er allerede i bruk."


def test_fields_unique_together_are_named_together(thing):
    thing.objects.create(name="a", size=3)
    assert refused(thing, name="a", size=3) == "Navn og size er allerede i bruk."


def test_our_own_mistakes_are_not_dressed_up_as_the_users(thing):
    first = thing.objects.create(name="a")
    assert refused(thing, name="b", price=-1) is None  # nobody wrote a sentence
    assert refused(thing, name=None) is None
    assert refused(thing, pk=first.pk, name="c") is None


def test_a_missing_parent_is_our_mistake(thing):
    from django.db import connection

    with pytest.raises(IntegrityError) as no, transaction.atomic():
        thing.objects.create(name="a", owner_id=987)
        connection.check_constraints()
    assert explain_integrity_error(no.value) is None


def test_what_did_not_come_from_the_database_has_no_sentence():
    assert explain_integrity_error(IntegrityError("made by hand")) is None
    assert explain_integrity_error(ValueError("no")) is None
