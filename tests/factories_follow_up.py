"""Factories for plans and follow-up; see tests/factories.py."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import factory

from accounts.enums import UnitKind
from allocation import models as allocation
from casework import models as casework
from casework.log.enums import DocumentCategory, NoticeKind, PastMatterKind
from tests import factories as f

PDF = (  # one empty page
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
    b"0000000105 00000 n \ntrailer\n<</Size 4/Root 1 0 R>>\nstartxref\n170\n%%EOF\n"
)


class TeamMemberFactory(f.Factory):
    class Meta:
        model = casework.TeamMember

    person = factory.SubFactory(f.PersonFactory)
    name = "Frida Fastlege"
    role = "Fastlege"
    period = factory.LazyFunction(lambda: f.since(f.days_ago(100)))


class PlanFactory(f.Factory):
    """An open transition plan with the municipality's checklist."""

    class Meta:
        model = casework.TransitionPlan

    person = factory.SubFactory(f.PersonFactory)
    owner = factory.SubFactory(f.UserFactory, caseworker=True)
    institution = "Fjellheim behandlingssenter"
    expected_out = factory.LazyFunction(lambda: f.today() + timedelta(days=30))
    started_on = factory.LazyFunction(lambda: f.days_ago(60))
    made_at = factory.LazyFunction(lambda: f.now() - timedelta(days=60))
    made_by = factory.SelfAttribute("owner")

    @factory.post_generation
    def checklist(plan, create, extracted, **kwargs):
        for kind in casework.ChecklistKind.objects.order_by("order", "pk"):
            casework.ChecklistItem.objects.create(plan=plan, kind=kind)


class MilestoneFactory(f.Factory):
    class Meta:
        model = casework.Milestone

    plan = factory.SubFactory(PlanFactory)
    title = "Visning av bolig"
    owner = factory.SelfAttribute("plan.owner")
    due_on = factory.LazyFunction(lambda: f.today() + timedelta(days=10))


class NoticeFactory(f.Factory):
    class Meta:
        model = casework.InstitutionNotice

    person = factory.SubFactory(f.PersonFactory)
    kind = NoticeKind.DISCHARGE
    institution = "Fjellheim behandlingssenter"
    notifier = "Berit Behandler"
    notified_on = factory.LazyFunction(f.today)
    concerns_on = factory.LazyFunction(lambda: f.today() + timedelta(days=30))
    recorded_at = factory.LazyFunction(f.now)
    recorded_by = factory.SubFactory(f.UserFactory, caseworker=True)


class HandoverFactory(f.Factory):
    """Sent today to the housing office, without a named receiver."""

    class Meta:
        model = casework.Handover

    person = factory.SubFactory(f.PersonFactory)
    to_unit = factory.LazyFunction(lambda: f.OrganisationUnitFactory(kind=UnitKind.HEALTH_OFFICE))
    what = "Vurder oppfølging i bolig"
    why = "Personen flytter inn om tre uker."
    sent_at = factory.LazyFunction(f.now)
    sent_by = factory.SubFactory(f.UserFactory, caseworker=True)


class DocumentFactory(f.Factory):
    class Meta:
        model = casework.Document

    class Params:
        content = PDF

    person = factory.SubFactory(f.PersonFactory)
    title = "Legeerklæring"
    category = DocumentCategory.MEDICAL
    file_name = "legeerklaering.pdf"
    dated_on = factory.LazyFunction(f.today)
    from_whom = "Fastlegen"
    size = factory.LazyAttribute(lambda o: len(o.content))
    uploaded_at = factory.LazyFunction(f.now)
    uploaded_by = factory.SubFactory(f.UserFactory, caseworker=True)
    file = factory.LazyAttribute(
        lambda o: casework.StoredFile.objects.create(
            content=o.content, media_type="application/pdf", made_at=o.uploaded_at
        )
    )


class PastMatterFactory(f.Factory):
    class Meta:
        model = casework.PastMatter

    person = factory.SubFactory(f.PersonFactory)
    kind = PastMatterKind.DEBT
    dated_on = factory.LazyFunction(lambda: f.days_ago(400))
    source = "Brev fra inkasso"
    what = "Skyldte tre måneders husleie."
    amount = 24000
    expires_on = factory.LazyFunction(lambda: f.today() + timedelta(days=700))
    recorded_at = factory.LazyFunction(f.now)
    recorded_by = factory.SubFactory(f.UserFactory, caseworker=True)


class NeedCheckFactory(f.Factory):
    """Asked a week ago; the answer is due in two."""

    class Meta:
        model = allocation.NeedCheck

    application = factory.SubFactory(f.ApplicationFactory, granted=True)
    asked_on = factory.LazyFunction(lambda: f.days_ago(7))
    answer_by = factory.LazyFunction(lambda: f.today() + timedelta(days=14))


def add_samples(made: SimpleNamespace) -> None:
    """One of each for `made.person`, for the table of URLs."""
    made.service = f.ServiceFactory(person=made.person)
    made.team_member = TeamMemberFactory(person=made.person)
    made.plan = PlanFactory(person=made.person)
    made.milestone = MilestoneFactory(plan=made.plan)
    made.settled_plan = PlanFactory(settled_on=f.today(), outcome="Flyttet inn.")
    made.checklist_item = made.plan.items.order_by("pk").first()
    made.checklist_kind = casework.ChecklistKind.objects.order_by("pk").first()
    made.notice = NoticeFactory(person=made.person)
    made.handover = HandoverFactory(person=made.person)
    made.note = f.NoteFactory(person=made.person)
    made.document = DocumentFactory(person=made.person)
    made.past_matter = PastMatterFactory(person=made.person)
    made.need_check = NeedCheckFactory(application=made.application)


def setting(key: str, value: object) -> None:
    """Change a number in the municipality's settings."""
    from accounts.models import Setting

    Setting.objects.create(key=key, value=value, valid=f.since(f.LONG_AGO))
