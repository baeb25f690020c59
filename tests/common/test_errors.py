"""A broken constraint becomes a sentence, if the constraint has one."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from common.errors import explain_integrity_error


def refused(make, **fields) -> str | None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make.objects.create(**fields)
    return explain_integrity_error(error.value)


def test_named_constraint_gives_its_sentence(thing):
    assert refused(thing, name="a", size=-1) == "Størrelsen kan ikke være under null."


def test_unique_constraint_on_an_expression_gives_its_sentence(thing):
    thing.objects.create(name="ab", size=77)
    assert refused(thing, name="cd", size=77) == "Bare én med størrelse 77."


def test_a_unique_constraint_without_a_sentence_names_the_fields(thing):
    thing.objects.create(name="a", received=date(2026, 1, 1))
    assert (
        refused(thing, name="a", size=1, received=date(2026, 1, 1))
        == "Navn og received er allerede i bruk."
    )


def test_unique_field_names_itself_and_not_a_field_with_a_longer_name(thing):
    thing.objects.create(name="a", code=1, code_two=2)
    assert refused(thing, name="b", code=1) == "Kode er allerede i bruk."
    assert refused(thing, name="b", code_two=2) == "Annen kode er allerede i bruk."


def test_fields_unique_together_are_named_together(thing):
    thing.objects.create(name="a", size=3)
    assert refused(thing, name="a", size=3) == "Navn og size er allerede i bruk."


def test_errors_in_varig_are_not_shown_as_the_users_mistake(thing):
    first = thing.objects.create(name="a")
    assert refused(thing, name="b", price=-1) is None  # a constraint without a sentence
    assert refused(thing, name=None) is None
    assert refused(thing, pk=first.pk, name="c") is None


def test_missing_parent_row_is_an_error_in_varig(thing):
    from django.db import connection

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        thing.objects.create(name="a", owner_id=987)
        connection.check_constraints()
    assert explain_integrity_error(error.value) is None


def test_error_that_is_not_from_the_database_has_no_sentence():
    assert explain_integrity_error(IntegrityError("made by hand")) is None
    assert explain_integrity_error(ValueError("no")) is None
