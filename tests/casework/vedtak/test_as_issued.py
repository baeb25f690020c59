"""What is issued does not move: the page of a vedtak and its deadline stay as its letter says."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Municipality, OrganisationUnit, Setting, User
from casework.log.enums import AppealBody, LanguageForm, MemberRelation
from casework.models import Appeal, LegalBasis, Letter, Person, Vedtak
from casework.vedtak.actions import approve_vedtak
from common.formatting import nbdate
from tests import factories as f

pytestmark = pytest.mark.django_db
REASONING = "Du bor trangt, og du har lett lenge uten å finne et sted som passer."


@pytest.fixture
def issued() -> Vedtak:
    person = f.PersonFactory(first_name="Hanne", letter_agreement="Hentes på kontoret.")
    household = f.FamilyFactory(children=1, head=person)
    f.RepresentativeFactory(person=person, name="Nils Brekke")
    f.WishFactory(person=person, words="En fast adresse.")
    application = f.ApplicationFactory(person=person, household=household, assessed=True)
    application.bases.add(f.basis("boligsosialloven_6"))
    vedtak = f.VedtakFactory(
        application=application,
        submitted=True,
        bedrooms=2,
        lease_years=5,
        reasoning=REASONING,
        best_interests="Barnet får bli på skolen sin.",
    )
    return approve_vedtak(vedtak=vedtak, by=vedtak.approver, at=f.now())


def change_everything(vedtak: Vedtak) -> None:
    """Every setting and fact that stands on the page, as others change them later."""
    application = vedtak.application
    for key, value in {"appeal_weeks": 999, "paper_arrival_days": 90}.items():
        Setting.objects.create(key=key, value=value, valid=f.since(date(2000, 1, 1)))
    Municipality.objects.update(name="Nye Solvær", address="Nyveien 1", phone="11 11 11 11")
    OrganisationUnit.objects.filter(pk=application.unit_id).update(
        name="Nytt kontor", address="Nyveien 2", phone="22 22 22 22"
    )
    User.objects.update(full_name="Ny Ansatt")
    Person.objects.filter(pk=application.person_id).update(
        address="Nyveien 3",
        first_name="Nora",
        language_form=LanguageForm.NYNORSK,
        letter_agreement="Sendes til søsteren.",
        birth_date=date(1950, 1, 1),
    )
    application.person.representatives.update(name="Ny Fullmektig")
    f.RepresentativeFactory(person=application.person, name="Enda En")
    f.WishFactory(person=application.person, words="Noe helt annet.", said_on=f.today())
    f.ChoiceTalkFactory(application=application, answer="Jeg ombestemte meg.")
    f.MemberFactory(
        household=application.household,
        person=f.PersonFactory(birth_date=f.days_ago(900)),
        relation=MemberRelation.CHILD,
    )
    application.responsible = f.UserFactory(caseworker=True)
    application.save(update_fields=["responsible"])
    LegalBasis.objects.update(
        title="Nye regler", citation="nye regler § 9", appeal_body=AppealBody.STATE
    )


def page_of(client, vedtak: Vedtak) -> str:
    """The page without its heading, which tells who the case is about today."""
    page = client.get(reverse("casework:vedtak", args=[vedtak.pk])).text
    page = page[page.index('class="v-vedtak"') : page.index("</main>")]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_nothing_on_the_page_of_an_issued_vedtak_moves(login, issued, time_machine):
    client = login("saksbehandler")
    before, due = page_of(client, issued), issued.appeal_due()
    for words in (
        "Hanne",
        "En fast adresse.",
        "Hentes på kontoret.",
        "Solvær kommune",
        "Barnets beste",
    ):
        assert words in before
    assert nbdate(due) in before
    time_machine.move_to(timezone.now() + timedelta(days=70))
    change_everything(issued)
    client = login("saksbehandler")
    assert page_of(client, issued) == before
    issued.refresh_from_db()
    assert issued.appeal_due() == due

    # The same deadline where an appeal is registered, and on the appeal.
    new = reverse("casework:appeal_new", args=[issued.pk])
    assert f"Klagefristen er {nbdate(due)}" in client.get(new).text
    client.post(
        new,
        {
            "words": "Uenig.",
            "received_on": f"{f.today():%d.%m.%Y}",
            "bodies": ["kommunal_klagenemnd", "statsforvalteren"],
        },
    )
    for appeal in Appeal.objects.all():
        assert appeal.due_on == due and appeal.is_late
        page = client.get(reverse("casework:appeal", args=[appeal.pk])).text
        assert "3 uker etter det er" in page and nbdate(due) in page


def test_a_known_day_of_arrival_moves_the_deadline_by_the_weeks_of_the_letter(issued):
    Setting.objects.create(key="appeal_weeks", value=1, valid=f.since(date(2000, 1, 1)))
    issued.arrived_on = issued.arrives_on + timedelta(days=7)
    due = issued.appeal_due()
    issued.arrived_on = None
    assert due - issued.appeal_due() >= timedelta(days=5)


def test_what_a_letter_says_cannot_be_changed(issued):
    letter = Letter.objects.filter(pk=issued.letter.pk)
    assert letter.get().said["title"] == issued.letter.title
    with pytest.raises(DatabaseError), transaction.atomic():
        letter.update(said={})
    with pytest.raises(DatabaseError), transaction.atomic():
        Vedtak.objects.filter(pk=issued.pk).update(appeal_weeks=1)
