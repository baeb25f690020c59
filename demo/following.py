"""Follow-up of the people in the story: services, plans, notices, tasks and documents."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from django.db.backends.postgresql.psycopg_any import DateRange
from pypdf import PdfWriter

from accounts.enums import UnitKind
from accounts.models import OrganisationUnit, User
from casework.follow_up.actions import handovers, plans, services
from casework.log.enums import DocumentCategory, NoticeKind, PastMatterKind, PaymentState
from casework.models import Note, Person
from casework.persons.actions import documents, notes, past
from common.calendar import next_working_day

from .lives import at


def _blank_page() -> bytes:
    """A PDF of one empty page: what the doctor writes is nobody's business, not even in a demo."""
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(written)
    return written.getvalue()


def add(today: date) -> None:
    """Add it with the real actions, if the people of the story exist."""
    tomasz = Person.objects.filter(first_name="Tomasz", last_name="Wrona").first()
    kjetil = Person.objects.filter(first_name="Kjetil", last_name="Brekkås").first()
    if tomasz and kjetil:
        _tomasz(tomasz, today)
        _kjetil(kjetil, today)


def _tomasz(person: Person, today: date) -> None:
    by = person.responsible

    def day(ago: int):
        return at(today - timedelta(days=ago))

    health = OrganisationUnit.objects.filter(kind=UnitKind.HEALTH_OFFICE).first()
    service = services.add_service(
        person=person,
        name="Booppfølging",
        unit=health,
        contact="Mona Lie",
        phone="75 00 11 22",
        hours_per_week=Decimal("10"),
        period=DateRange(today - timedelta(days=90), None),
        by=by,
        at=day(90),
    )
    for ago, hours in ((45, "6"), (7, "3.5")):
        services.set_hours(
            service,
            starts_on=today - timedelta(days=ago),
            hours_per_week=Decimal(hours),
            why="Klarer mer selv",
            by=by,
            at=day(ago),
        )
    for name, role, leads in (
        ("Mona Lie", "Boveileder", True),
        ("Dr. Aina Sund", "Fastlege", False),
        ("Kari Anne Vik", "Økonomisk rådgiver", False),
    ):
        services.join_team(
            person=person,
            name=name,
            role=role,
            contact="75 00 11 22" if leads else "",
            is_coordinator=leads,
            since=today - timedelta(days=80),
            by=by,
            at=day(80),
        )
    services.plan_meeting(
        person=person,
        held_on=next_working_day(today + timedelta(days=9)),
        place="Helsehuset, rom 2",
        topic="Samvær når boligen er klar",
        by=by,
        at=day(5),
    )
    plan = plans.start_plan(
        person=person,
        owner=by,
        institution="",
        expected_out=None,
        goal="Jeg vil ha et sted med egen dør, der Zofia kan sove over.",
        by=by,
        at=day(85),
    )
    for title, due, done in (
        ("Kartlegging sammen med Tomasz", -70, True),
        ("Depositum avklart med Nav", -6, False),
        ("Visning av bolig", 12, False),
    ):
        milestone = plans.add_milestone(
            plan, title=title, owner=by, due_on=today + timedelta(days=due), by=by, at=day(85)
        )
        if done:
            plans.reach_milestone(milestone, by=by, at=day(72))
    helpers = {
        "Økonomi": ("Kari Anne Vik", True),
        "Bankkonto": ("Kari Anne Vik", True),
        "Legeerklæring": ("Dr. Aina Sund", True),
        "Inntektspapirer": ("Mona Lie", False),
        "Kontaktperson": ("Mona Lie", False),
    }
    for item in plan.items.select_related("kind"):
        if item.kind.name in helpers:
            helper, done = helpers[item.kind.name]
            plans.set_item(item, helper=helper, not_needed="", by=by, at=day(60))
            if done:
                plans.finish_item(item, by=by, at=day(50))
    document = {"by": by, "application": None, "from_whom": "Fastlegen", "person": person}
    documents.add_document(
        name="legeerklaering.pdf",
        content=_blank_page(),
        title="Legeerklæring om søvn og ro",
        category=DocumentCategory.MEDICAL,
        dated_on=today - timedelta(days=52),
        at=day(50),
        **document,
    )
    slip = documents.add_document(
        name="lonn.txt",
        content=f"Lønnsslipp {today.year}".encode(),
        title="Lønnsslipp",
        category=DocumentCategory.INCOME,
        dated_on=today - timedelta(days=40),
        at=day(39),
        **document | {"from_whom": "Tomasz"},
    )
    documents.withdraw_document(slip, why="Gjaldt en annen person.", by=by, at=day(38))
    matter = past.register_matter(
        person=person,
        kind=PastMatterKind.DEBT,
        dated_on=today - timedelta(days=340),
        source="Brev fra utleier i Nordnesveien 3",
        what="To måneders husleie var ikke betalt da kontrakten gikk ut.",
        amount=18000,
        answer="Jeg var innlagt, og fikk ikke brevene.",
        expires_on=today + timedelta(days=700),
        by=by,
        at=day(60),
    )
    past.agree_payments(
        matter,
        monthly=800,
        agreed_on=today - timedelta(days=55),
        state=PaymentState.KEPT,
        by=by,
        at=day(55),
    )
    note = Note.objects.filter(person=person).order_by("-written_at", "pk").first()
    if note:
        words = "Jeg sa at jeg ville vente, ikke at jeg sa nei."
        notes.object_to_note(note, objection=words, by=by, at=day(2))
    nav = OrganisationUnit.objects.filter(kind=UnitKind.NAV).first()
    if nav:
        handovers.hand_over(
            person=person,
            application=person.applications.order_by("-received_at", "-pk").first(),
            to_unit=by.main_unit or nav,
            to_user=None,
            what="Garanti for depositum",
            why="Tomasz kan få tilbud i neste møte, og har ikke penger til depositum.",
            due_on=next_working_day(today + timedelta(days=4)),
            by=_colleague(by),
            at=day(2),
        )


def _colleague(user: User) -> User:
    return User.objects.filter(username="marit").first() or user


def _kjetil(person: Person, today: date) -> None:
    """Released in a week: the prison gave notice late, after the plan was made."""
    by = person.responsible
    plans.start_plan(
        person=person,
        owner=by,
        institution="Fengsel",
        expected_out=today + timedelta(days=30),
        goal="Jeg vil ha nøkkel til min egen dør den dagen jeg går ut.",
        by=by,
        at=at(today - timedelta(days=45)),
    )
    plans.register_notice(
        person=person,
        kind=NoticeKind.RELEASE,
        institution="Fengsel",
        notifier="Kontaktbetjent",
        notified_on=today - timedelta(days=2),
        concerns_on=today + timedelta(days=7),
        comment="Løslates tidligere enn ventet.",
        by=by,
        at=at(today - timedelta(days=2)),
    )
