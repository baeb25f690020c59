"""New matters: a night without a place, missing papers, a case sent to another unit, a person
registered twice, a spokesperson (talsmann), and a form that is half filled in."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts import drafts
from accounts.enums import UnitKind
from accounts.models import OrganisationUnit, User
from casework.applications.actions import applications, intake
from casework.applications.forms.applications import ApplicationForm
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


def add(today: date) -> None:
    """Add them with the real actions, so that letters, events and log rows exist."""
    ingrid, kari = (User.objects.get(username=name) for name in ("ingrid", "kari"))
    nav = OrganisationUnit.objects.filter(kind=UnitKind.NAV).order_by("pk").first()
    office = ingrid.main_unit
    _tonight(today, kari, nav)
    _sent_on(today, kari, nav, office)
    _papers(today, ingrid)
    _twice(today, ingrid)
    _talsmann(today, ingrid)
    person = Person.objects.get(first_name="Hanne", last_name="Myrland")
    page = reverse("casework:application_new", args=[person.pk])
    drafts.save_draft(
        ticket=drafts.Ticket(
            ingrid.pk, page, ApplicationForm.__name__, "application-new", (person.pk,), "demo", 0
        ),
        data={"kind": [ApplicationKind.ASSISTANCE], "words": ["Trenger hjelp til å lete selv."]},
        at=at(today - timedelta(days=1), 15),
    )


def _tonight(today: date, kari: User, nav: OrganisationUnit) -> None:
    """Someone without a place to sleep, who phoned yesterday; the deadline in hours is running."""
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
    """A case that came to Nav by letter and waits for Boligkontoret to acknowledge it."""
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
    """A letter asking for three papers (mangelbrev): one has come, the deadline has not passed."""
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
    """The same woman, registered with another spelling before her national id was known."""
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
