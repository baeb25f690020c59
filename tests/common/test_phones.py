"""Phone numbers: any grouping is read, one form is kept, the Norwegian grouping is shown."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import phones
from common.forms import PhoneField
from tests import factories as f


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("41234567", "+4741234567", "412 34 567"),
        ("+47 412 34 567", "+4741234567", "412 34 567"),
        ("(0047) 41 23 45 67", "+4741234567", "412 34 567"),
        ("٤١٢٣٤٥٦٧", "+4741234567", "412 34 567"),
        ("22334455", "+4722334455", "22 33 44 55"),
        ("815 49 300", "+4781549300", "815 49 300"),
        ("0046 70-123 45 67", "+46701234567", "+46 70 123 45 67"),
        ("116 117", "116117", "116 117"),
        ("+47 116117", "116117", "116 117"),
        ("113", "113", "113"),
        ("02800", "+4702800", "02800"),
        ("99999", "99999", "99999 (kontroller nummeret)"),
        ("", "", ""),
        ("mor: 412 34 567", "mor: 412 34 567", "mor: 412 34 567 (kontroller nummeret)"),
        ("412 34 56", "412 34 56", "412 34 56 (kontroller nummeret)"),
    ],
)
def test_number_is_kept_in_one_form_and_shown_in_norwegian_grouping(written, kept, shown):
    assert phones.kept(written) == kept
    assert phones.checked(kept) == shown


@pytest.mark.django_db
def test_person_is_found_by_any_grouping_also_of_a_representative(as_caseworker):
    person = f.PersonFactory(phone="412 34 567")
    helped = f.RepresentativeFactory(phone="+46 70 123 45 67").person
    person.refresh_from_db()
    assert person.phone == "+4741234567"
    for text, found in (
        ("41 23 45 67", person),
        ("+4741234567", person),
        ("0046701234567", helped),
    ):
        page = as_caseworker.post("/sok/", {"q": text})
        assert page.context["found"].persons == [found], text
    assert "412 34 567" in as_caseworker.get(f"/personer/{person.pk}/").content.decode()


@pytest.mark.django_db
def test_wrong_number_is_named_at_its_field(login):
    client = login("boligforvalter")
    page = client.post(reverse("housing:provider_new"), {"phone": "412 34 56", "name": "Solgløtt"})
    assert "phone" in page.context["form"].errors
    assert "Dette er ikke et telefonnummer" in page.content.decode()


@pytest.mark.django_db
def test_numbers_from_before_are_put_in_form_or_kept_as_they_are():
    person = f.PersonFactory()
    odd = f.PersonFactory()
    rows = type(person)._base_manager
    with_text = {person.pk: "41 23 45 67", odd.pk: "hos mor"}
    from django.apps import apps
    from django.db import connection

    with connection.cursor() as cursor:
        for pk, text in with_text.items():
            cursor.execute("UPDATE casework_person SET phone = %s WHERE id = %s", [text, pk])
    phones.put_in_form(apps, ("casework", "Person", "phone"))
    found = dict(rows.filter(pk__in=with_text).values_list("pk", "phone"))
    assert found == {person.pk: "+4741234567", odd.pk: "hos mor"}
    # Told of as changed by Varig itself, and not by the next who saves.
    row = person.history.first()
    assert (row.history_type, row.phone, row.history_user) == ("~", "+4741234567", None)
    assert odd.history.count() == 1


def test_short_number_is_a_phone_number_but_takes_no_sms():
    assert PhoneField(landline=True).clean("116 117") == "116117"
    with pytest.raises(ValidationError):
        PhoneField().clean("116 117")
