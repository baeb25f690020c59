"""What comes in: a night without a place, papers we wait for, a case sent on, somebody entered
twice, a talsmann, and a form begun on."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import UnitKind
from accounts.models import OrganisationUnit, User
from casework.applications.actions import applications, intake
from casework.log.enums import (
    ApplicationChannel,
    ApplicationKind,
    IdKind,
    Protection,
    RepresentativeKind,
    Tonight,
)
from casework.models import Application, Person
from casework.persons.actions import persons, representatives

from .lives import at


def tell(today: date) -> None:
    """Write it with the real actions, so that letters, events and moves are all there."""
    ingrid, kari = (User.objects.get(username=name) for name in ("ingrid", "kari"))
    nav = OrganisationUnit.objects.filter(kind=UnitKind.NAV).order_by("pk").first()
    office = ingrid.main_unit
    _tonight(today, kari, nav)
    _sent_on(today, kari, nav, office)
    _papers(today, ingrid)
    _twice(today, ingrid)
    _talsmann(today, ingrid)
    person = Person.objects.get(first_name="Hanne", last_name="Myrland")
    intake.save_draft(
        key=f"soknad-{person.pk}",
        data={"kind": [ApplicationKind.ASSISTANCE], "words": ["Trenger hjelp til å lete selv."]},
        person=person,
        by=ingrid,
        at=at(today - timedelta(days=1), 15),
    )


def _tonight(today: date, kari: User, nav: OrganisationUnit) -> None:
    """By phone yesterday afternoon: the hours are running."""
    yesterday = today - timedelta(days=1)
    intake.register_section_27(
        person=None,
        facts={
            "first_name": "Mina",
            "last_name": "Dalen",
            "id_kind": IdKind.NONE,
            "birth_date": today.replace(year=today.year - 23, day=2),
            "phone": "+4740000131",
        },
        application={
            "received_at": at(yesterday, 15),
            "unit": nav,
            "words": "Har sovet hos en venninne, og kan ikke være der lenger.",
            "tonight": Tonight.NOWHERE,
        },
        wish="Et rom der jeg kan låse døra.",
        by=kari,
        at=at(yesterday, 15),
    )


def _sent_on(today: date, kari: User, nav: OrganisationUnit, office: OrganisationUnit) -> None:
    """Came to Nav by letter; the Boligkontor is to say that it has come, with its own date."""
    received, sent = today - timedelta(days=6), today - timedelta(days=2)
    person = persons.register_person(
        by=kari,
        at=at(sent, 10),
        facts={"first_name": "Odd", "last_name": "Breivik", "id_kind": IdKind.NONE},
    )
    case = applications.register_application(
        person=person,
        kind=ApplicationKind.NEW,
        channel=ApplicationChannel.LETTER,
        received_at=at(received, 9),
        unit=nav,
        words="Jeg må ut av leiligheten når huset selges.",
        by=kari,
        at=at(sent, 10),
    )
    applications.send_to_unit(
        application=case, unit=office, reason="Gjelder kommunal bolig.", by=kari, at=at(sent, 11)
    )


def _papers(today: date, ingrid: User) -> None:
    """A mangelbrev, and one of three papers in; there is still time for the rest."""
    asked = today - timedelta(days=9)
    case = (
        Application.objects.open()
        .filter(
            received_at__lt=at(asked, 9),
            person__protection=Protection.NONE,
            person__shielded=False,
            responsible=ingrid,
        )
        .exclude(person__address="")
        .exclude(person__last_name="Myrland")
        .exclude(person__postcode="")
        .order_by("-received_at", "pk")
        .first()
    )
    if case is None:
        return
    letter = intake.ask_for_papers(
        application=case,
        papers=["Siste lønnsslipp", "Leiekontrakten du har nå", "Oppsigelsen fra huseieren"],
        due_on=today + timedelta(days=5),
        by=ingrid,
        at=at(asked, 10),
    )
    intake.receive_paper(
        paper=letter.paper_request.papers.first(),
        received_on=asked + timedelta(days=7),
        by=ingrid,
        at=at(asked + timedelta(days=7), 12),
    )


def _twice(today: date, ingrid: User) -> None:
    """Entered at the counter before the number was known: the same woman, spelt otherwise."""
    hanne = Person.objects.get(first_name="Hanne", last_name="Myrland")
    persons.register_person(
        by=ingrid,
        at=at(today - timedelta(days=30), 11),
        facts={
            "first_name": "Hanne",
            "last_name": "Myhrland",
            "id_kind": IdKind.NONE,
            "birth_date": hanne.birth_date,
            "phone": "+4740000145",
        },
    )


def _talsmann(today: date, ingrid: User) -> None:
    began = today - timedelta(days=60)
    representatives.add_representative(
        person=Person.objects.get(first_name="Tomasz", last_name="Wrona"),
        facts={
            "kind": RepresentativeKind.SPOKESPERSON,
            "name": "Piotr Nowak",
            "relation": "arbeidskamerat",
            "phone": "+4740000162",
            "period": DateRange(began, None),
        },
        by=ingrid,
        at=at(began, 13),
    )
