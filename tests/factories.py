"""Factories for tests: simple objects by default, with traits for special cases.

    caseworker = UserFactory(caseworker=True)
    anna = PersonFactory(with_household=True)                   # her household of one
    family = FamilyFactory(children=2)                          # a Household; family.head
    protected = PersonFactory(strictly_protected=True)
    application = ApplicationFactory(granted=True, person=anna)  # assessed, vedtak in force
    stay = StayFactory(person=anna, days_ago=100)               # in a guest house
    lease = LeaseFactory(person=anna)
    item = AgendaItemFactory(considering=[application])
    offer = OfferFactory(application=application)
    link = PeerLinkFactory(person=anna, linked=True)

Dates are relative to today in Oslo, as the code under test sees it (time-machine included).
Norwegian texts, synthetic (Tenor) national ids, neutral names.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory
from pypdf import PdfWriter

from accounts import models as accounts
from accounts.enums import AccessEventKind, RoleBasis, RoleKind, UnitKind
from allocation import models as allocation
from allocation.enums import DeclineCode, ItemOutcome, MeetingState, OfferState
from casework import models as casework
from casework.log.enums import (
    AppealState,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    FlagClosed,
    FlagKind,
    IdKind,
    LanguageForm,
    LetterKind,
    MemberRelation,
    Outcome,
    Protection,
    RepresentativeKind,
    Sex,
    SupportNeed,
    VedtakState,
)
from common.calendar import add_months
from common.national_id import generate_tenor
from housing import models as housing
from housing.enums import PropertyStage, UnavailableCause, UnitType
from housing.providers.models import Provider
from peers import models as peers
from peers.enums import Channel, LifeDomain, LinkState, Share
from stays import models as stays
from stays.enums import Deposit, InstitutionKind, SearchOutcome, StayKind
from stays.leases.models import Lease

LONG_AGO = date(2020, 1, 1)


def today() -> date:
    return timezone.localdate()


def now() -> datetime:
    return timezone.now()


def days_ago(n: int) -> date:
    return today() - timedelta(days=n)


def since(start: date, end: date | None = None) -> DateRange:
    """`[start, end)`; open when no end is given."""
    return DateRange(start, end)


def tenor_id(born: date) -> str:
    """An unused synthetic national id for the birth date."""
    taken = set(casework.Person.objects.values_list("national_id", flat=True))
    serial = 0
    while (number := generate_tenor(born, serial)) in taken:
        serial += 1
    return number


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


# ------------------------------------------------------------------ accounts


class OrganisationUnitFactory(Factory):
    """A housing office; `OrganisationUnitFactory(kind=UnitKind.NAV)` for others. One per kind."""

    class Meta:
        model = accounts.OrganisationUnit
        django_get_or_create = ("name",)

    kind = UnitKind.HOUSING_OFFICE
    name = factory.LazyAttribute(lambda o: f"{UnitKind(o.kind).label} Solvær")
    phone = "75 00 00 00"


UNIT_OF_ROLE = {
    RoleKind.STOCK_MANAGER: UnitKind.ESTATE,
    RoleKind.PEER_COORDINATOR: UnitKind.HEALTH_OFFICE,
    RoleKind.PEER: UnitKind.PEER_ORGANISATION,
    RoleKind.CASEWORKER: UnitKind.NAV,
}


class RoleFactory(Factory):
    class Meta:
        model = accounts.Role

    user = factory.SubFactory("tests.factories.UserFactory")
    kind = RoleKind.CASEWORKER
    unit = factory.LazyAttribute(
        lambda o: OrganisationUnitFactory(kind=UNIT_OF_ROLE.get(o.kind, UnitKind.HOUSING_OFFICE))
    )
    period = factory.LazyFunction(lambda: since(LONG_AGO))
    basis = factory.LazyAttribute(
        lambda o: "" if o.kind == RoleKind.SYSTEM_ADMIN else RoleBasis.INSTALLATION
    )


class RoleProposalFactory(Factory):
    """A role somebody has proposed, and nobody has answered."""

    class Meta:
        model = accounts.RoleProposal

    user = factory.SubFactory("tests.factories.UserFactory")
    kind = RoleKind.CASEWORKER
    unit = factory.LazyAttribute(
        lambda o: OrganisationUnitFactory(kind=UNIT_OF_ROLE.get(o.kind, UnitKind.HOUSING_OFFICE))
    )
    period = factory.LazyFunction(lambda: since(LONG_AGO))
    proposed_by = factory.SubFactory("tests.factories.UserFactory", system_admin=True)
    proposed_at = factory.LazyFunction(timezone.now)


class AccessEventFactory(Factory):
    """A line of the log of access: somebody was signed out."""

    class Meta:
        model = accounts.AccessEvent

    user = factory.SubFactory("tests.factories.UserFactory")
    by = factory.LazyAttribute(lambda o: o.user)
    event = AccessEventKind.SIGNED_OUT
    at = factory.LazyFunction(timezone.now)


class UserFactory(Factory):
    """A user without a role by default: `caseworker=True`, `role="leder"`, `sees_protected`."""

    class Meta:
        model = accounts.User

    class Params:
        caseworker = factory.Trait(role=RoleKind.CASEWORKER)
        approver = factory.Trait(role=RoleKind.APPROVER)
        stock_manager = factory.Trait(role=RoleKind.STOCK_MANAGER)
        chair = factory.Trait(role=RoleKind.CHAIR)
        peer_coordinator = factory.Trait(role=RoleKind.PEER_COORDINATOR)
        peer = factory.Trait(role=RoleKind.PEER)
        manager = factory.Trait(role=RoleKind.MANAGER)
        privacy_officer = factory.Trait(role=RoleKind.PRIVACY_OFFICER)
        system_admin = factory.Trait(role=RoleKind.SYSTEM_ADMIN)

    username = factory.Sequence(lambda n: f"bruker{n}")
    full_name = factory.Sequence(lambda n: f"Bruker Nummer{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@solvaer.example")
    password = factory.django.Password("et-langt-passord-1")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        role = kwargs.pop("role", None)
        unit = kwargs.pop("unit", None)
        protected = kwargs.pop("sees_protected", False)
        shielded = kwargs.pop("sees_shielded", False)
        user = super()._create(model_class, *args, **kwargs)
        if role:
            RoleFactory(
                user=user,
                kind=role,
                protected_access=protected,
                shielded_access=shielded,
                **({"unit": unit} if unit else {}),
            )
        return user


# ------------------------------------------------------------------ housing


class AreaFactory(Factory):
    class Meta:
        model = housing.Area
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"omrade-{n}")
    name = factory.LazyAttribute(lambda o: o.code.replace("-", " ").capitalize())


class ProviderFactory(Factory):
    class Meta:
        model = Provider

    name = factory.Sequence(lambda n: f"Leverandør {n} AS")
    organisation_number = "999999999"


class PropertyFactory(Factory):
    class Meta:
        model = housing.Property

    name = factory.Sequence(lambda n: f"Strandveien {n + 1}")
    address = factory.LazyAttribute(lambda o: o.name)
    postcode = "9990"
    area = factory.SubFactory(AreaFactory)
    stage = PropertyStage.IN_USE


class UnitFactory(Factory):
    """A vacant municipal flat; `temporary=True` a guest-house room, `family=True` three rooms."""

    class Meta:
        model = housing.Unit

    class Params:
        temporary = factory.Trait(
            type=UnitType.GUEST_HOUSE,
            name=factory.Sequence(lambda n: f"Rom {n + 1}"),
            rent=None,
            night_price=1250,
            suits_children=False,
        )
        family = factory.Trait(bedrooms=3, size_m2=85)
        accessible = factory.Trait(step_free=True, wheelchair=True, lift=True)
        training = factory.Trait(type=UnitType.TRAINING)
        refurbished = factory.Trait(
            closed=factory.RelatedFactory(
                "tests.factories.UnavailabilityFactory", factory_related_name="unit"
            )
        )

    property = factory.SubFactory(PropertyFactory)
    name = factory.Sequence(lambda n: f"H{n % 10000:04d}")
    type = UnitType.MUNICIPAL
    bedrooms = 1
    size_m2 = 48
    rent = 8000
    in_use = factory.LazyFunction(lambda: since(LONG_AGO))
    lift = step_free = wheelchair = own_entrance = near_transport = quiet = drug_free = False
    accepts_pets = suits_children = suits_young = True


class UnavailabilityFactory(Factory):
    class Meta:
        model = housing.Unavailability

    unit = factory.SubFactory(UnitFactory)
    cause = UnavailableCause.REFURBISHING
    period = factory.LazyFunction(lambda: since(days_ago(10)))


# ------------------------------------------------------------------ persons


class PersonFactory(Factory):
    """An adult of 40, without protection; `with_household` gives a household of one."""

    class Meta:
        model = casework.Person

    class Params:
        protected = factory.Trait(
            protection=Protection.CONFIDENTIAL, letter_agreement="Hentes på kontoret"
        )
        strictly_protected = factory.Trait(
            protection=Protection.STRICTLY, letter_agreement="Hentes på kontoret"
        )
        employee = factory.Trait(shielded=True)
        young = factory.Trait(age=20)
        child = factory.Trait(age=6)
        duf_only = factory.Trait(
            id_kind=IdKind.DUF,
            national_id="",
            duf=factory.Sequence(lambda n: f"2020{n:06d}00"),
        )
        unknown_id = factory.Trait(id_kind=IdKind.NONE, national_id="")
        nynorsk = factory.Trait(language_form=LanguageForm.NYNORSK)
        age = 40

    first_name = factory.Sequence(
        lambda n: ("Anna", "Bjørn", "Cecilie", "Dag", "Eli", "Frode", "Guro", "Hans")[n % 8]
    )
    last_name = factory.Sequence(lambda n: f"Testen{n}")
    id_kind = IdKind.NATIONAL
    birth_date = factory.LazyAttribute(lambda o: add_months(today(), -12 * o.age - 1))
    national_id = factory.LazyAttribute(lambda o: tenor_id(o.birth_date))
    sex = Sex.UNKNOWN
    phone = "+4740000000"
    address = "Solbakken 1"
    postcode = "9990"
    city = "Solvær"
    created_at = factory.LazyFunction(lambda: now() - timedelta(days=400))
    created_by = factory.SubFactory(UserFactory, caseworker=True)

    @factory.post_generation
    def with_household(person, create, extracted, **kwargs):
        if extracted:
            HouseholdFactory(head=person)


class DeathFactory(Factory):
    """A death registered of a person; what they had is not ended: `register_death` does that."""

    class Meta:
        model = casework.Death

    person = factory.SubFactory(PersonFactory)
    died_on = factory.LazyFunction(today)
    source = "folkeregister"
    registered_at = factory.LazyFunction(now)
    registered_by = factory.SubFactory(UserFactory, caseworker=True)


class NumberClaimFactory(Factory):
    """Somebody without access wrote the number of the person."""

    class Meta:
        model = casework.NumberClaim

    person = factory.SubFactory(PersonFactory)
    asked_by = factory.SubFactory(UserFactory, caseworker=True)
    asked_at = factory.LazyFunction(now)


def separated(household, *, since=None, **stay) -> casework.HouseholdSplit:
    """The partner of the household moved out, by the act of the page."""
    from stays.placement.separation import separate

    partner = household.members.get(relation=MemberRelation.PARTNER).person
    separate(
        head=household.head,
        moving=[partner],
        shared=[],
        new_head=partner,
        since=since or days_ago(3),
        own_case=False,
        by=household.created_by,
        at=now(),
        **(stay or {"kind": "hos_andre", "place": "Søsteren"}),
    )
    return casework.HouseholdSplit.objects.get(household=household)


class HouseholdFactory(Factory):
    """A household with its head (`head=person`, else a new one); `children=2`, `partner=person`."""

    class Meta:
        model = casework.Household

    created_at = factory.LazyFunction(lambda: now() - timedelta(days=400))
    created_by = factory.SubFactory(UserFactory, caseworker=True)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        head = kwargs.pop("head", None)
        children = kwargs.pop("children", 0)
        partner = kwargs.pop("partner", None)
        household = super()._create(model_class, *args, **kwargs)
        household.head = head or PersonFactory(created_by=household.created_by)
        household.children = []
        MemberFactory(household=household, person=household.head, relation=MemberRelation.SELF)
        if partner:
            MemberFactory(household=household, person=partner, relation=MemberRelation.PARTNER)
        for n in range(children):
            child = PersonFactory(
                age=4 + 3 * n,
                last_name=household.head.last_name,
                protection=household.head.protection,
                created_by=household.created_by,
            )
            MemberFactory(household=household, person=child, relation=MemberRelation.CHILD)
            household.children.append(child)
        return household


def FamilyFactory(children: int = 2, **kwargs) -> casework.Household:
    """A household with children; `.head` and `.children` are the persons."""
    return HouseholdFactory(children=children, **kwargs)


class MemberFactory(Factory):
    class Meta:
        model = casework.HouseholdMember

    household = factory.SubFactory(HouseholdFactory)
    person = factory.SubFactory(PersonFactory)
    relation = MemberRelation.OTHER
    period = factory.LazyFunction(lambda: since(LONG_AGO))


def household_of(person: casework.Person) -> casework.Household:
    """The household the person heads, created if there is none."""
    found = casework.Household.objects.filter(
        members__person=person, members__relation=MemberRelation.SELF
    ).first()
    return found or HouseholdFactory(head=person)


class RepresentativeFactory(Factory):
    class Meta:
        model = casework.Representative

    person = factory.SubFactory(PersonFactory)
    kind = RepresentativeKind.PROXY
    name = "Fredrik Fullmektig"
    address = "Brygga 2"
    postcode = "9990"
    city = "Solvær"
    period = factory.LazyFunction(lambda: since(LONG_AGO))


# ------------------------------------------------------------------ applications


def basis(code: str = "kommunal_bolig") -> casework.LegalBasis:
    """The legal basis (hjemmel) in force today; every installation starts with them."""
    return casework.LegalBasis.objects.get(code=code, valid__contains=today())


class ApplicationFactory(Factory):
    """Received ten days ago. Traits: `assessed`, `granted`, `refused`, `withdrawn`, `late`.

    `assessed` has an assessment and a housing need; `granted` and `refused` also a vedtak in force
    (`application.decision`), so that a granted one is on the waiting list.
    """

    class Meta:
        model = casework.Application

    class Params:
        temporary = factory.Trait(kind=ApplicationKind.TEMPORARY, basis="sosialtjenesteloven_27")
        late = factory.Trait(received_days_ago=60)
        withdrawn = factory.Trait(state=ApplicationState.WITHDRAWN)
        received_days_ago = 10

    basis = "kommunal_bolig"
    person = factory.SubFactory(PersonFactory)
    household = factory.LazyAttribute(lambda o: household_of(o.person))
    kind = ApplicationKind.NEW
    case_year = factory.LazyFunction(lambda: today().year)
    case_seq = factory.LazyAttribute(lambda o: casework.CaseCounter.take(o.case_year))
    channel = ApplicationChannel.FORM
    received_at = factory.LazyAttribute(lambda o: now() - timedelta(days=o.received_days_ago))
    registered_at = factory.LazyAttribute(lambda o: o.received_at)
    registered_by = factory.SubFactory(UserFactory, caseworker=True)
    responsible = factory.LazyAttribute(lambda o: o.registered_by)
    unit = factory.SubFactory(OrganisationUnitFactory)
    words = "Jeg trenger et sted å bo der jeg kan bli."

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        code = kwargs.pop("basis")
        assessed = kwargs.pop("assessed", False)
        outcome = Outcome.GRANTED if kwargs.pop("granted", False) else None
        outcome = Outcome.REFUSED if kwargs.pop("refused", False) else outcome
        if assessed:
            kwargs.setdefault("state", ApplicationState.ASSESSING)
        if outcome:
            kwargs.setdefault("state", ApplicationState.DECIDED)
        application = super()._create(model_class, *args, **kwargs)
        application.bases.add(basis(code))
        if assessed or outcome:
            NeedFactory(application=application)
        if outcome:
            application.decision = VedtakFactory(
                application=application, issued=True, outcome=outcome
            )
        return application


class WishFactory(Factory):
    class Meta:
        model = casework.Wish

    person = factory.SubFactory(PersonFactory)
    words = "Et sted jeg kan låse døra og få ro."
    said_on = factory.LazyFunction(lambda: days_ago(9))
    recorded_at = factory.LazyFunction(lambda: now() - timedelta(days=9))
    recorded_by = factory.SubFactory(UserFactory, caseworker=True)


class AssessmentFactory(Factory):
    """An assessment (kartlegging) with every dimension answered."""

    class Meta:
        model = casework.Assessment

    application = factory.SubFactory(ApplicationFactory)
    person = factory.LazyAttribute(lambda o: o.application.person)
    wish = factory.LazyAttribute(
        lambda o: o.person.wishes.first() or WishFactory(person=o.person, recorded_by=o.made_by)
    )
    held_on = factory.LazyFunction(lambda: days_ago(9))
    made_at = factory.LazyFunction(lambda: now() - timedelta(days=9))
    made_by = factory.LazyAttribute(lambda o: o.application.registered_by)

    @factory.post_generation
    def answers(assessment, create, extracted, **kwargs):
        if extracted is False:
            return
        casework.AssessmentAnswer.objects.bulk_create(
            casework.AssessmentAnswer(
                assessment=assessment,
                dimension=dimension,
                own_view="Det går greit.",
                support_need=SupportNeed.SOME,
            )
            for dimension in casework.Dimension.objects.filter(valid__contains=today())
        )


class NeedFactory(Factory):
    """A housing need (boligbehov): one bedroom in a municipal flat."""

    class Meta:
        model = casework.HousingNeed

    application = factory.SubFactory(ApplicationFactory)
    assessment = factory.LazyAttribute(lambda o: AssessmentFactory(application=o.application))
    types = factory.LazyFunction(lambda: [UnitType.MUNICIPAL])
    bedrooms = 1
    decided_at = factory.LazyFunction(lambda: now() - timedelta(days=8))
    decided_by = factory.LazyAttribute(lambda o: o.application.registered_by)


class ChoiceTalkFactory(Factory):
    """The talk about choices (valg og konsekvenser): two alternatives, the first preferred."""

    class Meta:
        model = casework.ChoiceTalk

    application = factory.SubFactory(ApplicationFactory)
    held_on = factory.LazyFunction(lambda: days_ago(7))
    present = "Personen selv"
    answer = "Jeg vil helst ha egen leilighet."
    changed = "Vi ser ikke lenger etter bofellesskap."
    recorded_at = factory.LazyFunction(lambda: now() - timedelta(days=7))
    recorded_by = factory.LazyAttribute(lambda o: o.application.registered_by)

    @factory.post_generation
    def alternatives(talk, create, extracted, **kwargs):
        talk.alternatives.create(what="Egen leilighet", means="Lengre ventetid.", chosen=True)
        talk.alternatives.create(what="Bofellesskap", means="Hjelp hele døgnet.")


ISSUED = ("issued_at", "issued_by", "issued_on")


class VedtakFactory(Factory):
    """A complete draft; `submitted=True` waits for `approver`; `issued=True` also has a letter."""

    class Meta:
        model = casework.Vedtak

    class Params:
        submitted = factory.Trait(
            state=VedtakState.SUBMITTED,
            submitted_at=factory.LazyFunction(lambda: now() - timedelta(days=6)),
            submitted_by=factory.SelfAttribute("drafted_by"),
            approver=factory.SubFactory(UserFactory, approver=True),
        )
        issued = factory.Trait(
            state=VedtakState.ISSUED,
            submitted_at=factory.LazyFunction(lambda: now() - timedelta(days=6)),
            submitted_by=factory.SelfAttribute("drafted_by"),
            approver=factory.SubFactory(UserFactory, approver=True),
            issued_at=factory.LazyFunction(lambda: now() - timedelta(days=5)),
            issued_by=factory.SelfAttribute("approver"),
            issued_on=factory.LazyFunction(lambda: days_ago(5)),
        )

    application = factory.SubFactory(ApplicationFactory, assessed=True)
    state = VedtakState.DRAFT
    dwelling_type = UnitType.MUNICIPAL
    bedrooms = 1
    lease_years = 3
    valid_from = factory.LazyFunction(lambda: days_ago(5))
    valid_to = factory.LazyFunction(lambda: today() + timedelta(days=360))
    facts = "Søkeren bor hos en venn."
    rules = "Kommunens retningslinjer for tildeling av kommunal bolig."
    reasoning = "Søkeren kan ikke selv skaffe seg en egnet bolig."
    person_view = "Jeg trenger et sted å bo der jeg kan bli."
    help_content = "En boveileder kommer to timer i uka."
    drafted_at = factory.LazyFunction(lambda: now() - timedelta(days=7))
    drafted_by = factory.LazyAttribute(lambda o: o.application.registered_by)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        outcome = kwargs.pop("outcome", Outcome.GRANTED)
        letter = kwargs.pop("letter", kwargs.get("state") == VedtakState.ISSUED)
        # An issued vedtak freezes its outcomes, so it is issued after they are added.
        asked = {name: kwargs.pop(name) for name in ("state", *ISSUED) if name in kwargs}
        ground = kwargs.pop("ground", "vilkar" if outcome == Outcome.REFUSED else "")
        if not kwargs["application"].choice_talks.exists():
            ChoiceTalkFactory(application=kwargs["application"])
        vedtak = super()._create(model_class, *args, **kwargs)
        for legal_basis in vedtak.application.bases.all():
            refused = "Vi dekker ikke lager, fordi du har bod." if outcome == Outcome.PARTLY else ""
            vedtak.outcomes.create(
                basis=legal_basis, outcome=outcome, ground=ground, refused=refused
            )
        if vedtak.replaces:
            vedtak.replaces.outcomes.update(replaced_by=vedtak)
        for name, value in asked.items():
            setattr(vedtak, name, value)
        vedtak.save()
        if letter:
            LetterFactory(vedtak=vedtak, application=vedtak.application, made_by=vedtak.issued_by)
        return vedtak


@cache
def blank_pdf() -> bytes:
    """A PDF with one empty page, for tests that do not read it: real typesetting is slow."""
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(written)
    return written.getvalue()


class StoredFileFactory(Factory):
    class Meta:
        model = casework.StoredFile

    content = factory.LazyFunction(lambda: blank_pdf())
    made_at = factory.LazyFunction(now)


class LetterFactory(Factory):
    class Meta:
        model = casework.Letter

    application = factory.SubFactory(ApplicationFactory)
    person = factory.LazyAttribute(lambda o: o.application.person)
    kind = LetterKind.VEDTAK
    language = LanguageForm.BOKMAL
    title = "Svar på søknaden om kommunal bolig"
    file = factory.SubFactory(StoredFileFactory)
    made_at = factory.LazyFunction(now)
    made_by = factory.SubFactory(UserFactory, approver=True)


class AdvanceNoticeFactory(Factory):
    class Meta:
        model = casework.AdvanceNotice

    application = factory.SubFactory(ApplicationFactory, assessed=True)
    letter = factory.LazyAttribute(
        lambda o: LetterFactory(application=o.application, kind=LetterKind.NOTICE)
    )
    about = factory.LazyAttribute(lambda o: [each.code for each in o.application.bases.all()])
    due_on = factory.LazyFunction(lambda: today() + timedelta(days=14))
    sent_at = factory.LazyFunction(now)
    sent_by = factory.SubFactory(UserFactory, caseworker=True)


class LetterCopyFactory(Factory):
    class Meta:
        model = casework.LetterCopy

    letter = factory.SubFactory(LetterFactory)
    name = "Fredrik Fullmektig"
    role = "fullmektig"
    sent_to = "Brygga 2, 9990 Solvær"
    file = factory.SubFactory(StoredFileFactory)


class AppealFactory(Factory):
    """An appeal in time without a reviewer; `reviewing=True` has one."""

    class Meta:
        model = casework.Appeal

    class Params:
        reviewing = factory.Trait(
            state=AppealState.REVIEWING,
            reviewer=factory.SubFactory(UserFactory, caseworker=True),
            assigned_at=factory.LazyFunction(now),
            assigned_by=factory.SelfAttribute("registered_by"),
        )
        forwarded = factory.Trait(
            state=AppealState.FORWARDED,
            forwarded_at=factory.LazyFunction(now),
            forwarded_by=factory.SubFactory(UserFactory, caseworker=True),
            letter=factory.LazyAttribute(
                lambda o: LetterFactory(
                    application=o.vedtak.application, kind=LetterKind.FORWARDING
                )
            ),
            file=factory.SubFactory(StoredFileFactory),
        )

    vedtak = factory.SubFactory(VedtakFactory, issued=True, outcome=Outcome.REFUSED)
    drafter = factory.SelfAttribute("vedtak.drafted_by")
    approver = factory.SelfAttribute("vedtak.issued_by")
    body = factory.LazyAttribute(lambda o: o.vedtak.outcomes.first().basis.appeal_body)
    received_on = factory.LazyFunction(lambda: days_ago(1))
    made_on = factory.SelfAttribute("received_on")
    due_on = factory.LazyAttribute(lambda o: o.vedtak.appeal_due())
    words = "Jeg er uenig, fordi jeg ikke har et sted å bo."
    registered_at = factory.LazyFunction(now)
    registered_by = factory.SubFactory(UserFactory, caseworker=True)

    @factory.post_generation
    def outcomes(appeal, create, extracted, **kwargs):
        same_body = [o for o in appeal.vedtak.outcomes.all() if o.basis.appeal_body == appeal.body]
        appeal.outcomes.set(extracted or same_body)


class FlagFactory(Factory):
    """An open flag of a long temporary stay; `closed=True` is followed up."""

    class Meta:
        model = casework.Flag

    class Params:
        closed = factory.Trait(
            closed_on=factory.LazyFunction(today),
            closed_because=FlagClosed.HANDLED,
            closed_by=factory.SubFactory(UserFactory, caseworker=True),
        )

    person = factory.SubFactory(PersonFactory)
    kind = FlagKind.TEMPORARY_STAY
    key = factory.LazyAttribute(lambda o: f"{days_ago(100)}:{o.threshold}")
    threshold = 90
    facts = factory.LazyFunction(lambda: {"days": 100, "chain_start": days_ago(100).isoformat()})
    due_on = factory.LazyFunction(today)
    raised_on = factory.LazyFunction(lambda: days_ago(10))


class EventFactory(Factory):
    class Meta:
        model = casework.Event

    person = factory.SubFactory(PersonFactory)
    kind = "note"
    text = "Søknaden ble registrert."
    at = factory.LazyFunction(now)
    by = factory.SubFactory(UserFactory, caseworker=True)


class ServiceFactory(Factory):
    class Meta:
        model = casework.Service

    person = factory.SubFactory(PersonFactory)
    name = "Booppfølging"
    period = factory.LazyFunction(lambda: since(days_ago(200)))


class NoteFactory(Factory):
    class Meta:
        model = casework.Note

    person = factory.SubFactory(PersonFactory)
    observation = "Møtte til avtalt samtale."
    written_at = factory.LazyFunction(now)
    written_by = factory.SubFactory(UserFactory, caseworker=True)


# ------------------------------------------------------------------ stays


class StayFactory(Factory):
    """A current stay in a guest house; it began `days_ago=100`; `days=14` ends it after 14 days.

    Traits: `lease`, `trial`, `treatment`, `prison`, `with_friends`, `outdoors`.
    """

    class Meta:
        model = stays.Stay

    class Params:
        lease = factory.Trait(kind=StayKind.LEASE, unit=factory.SubFactory(UnitFactory))
        trial = factory.Trait(
            kind=StayKind.TRIAL, unit=factory.SubFactory(UnitFactory, training=True)
        )
        treatment = factory.Trait(
            kind=StayKind.INSTITUTION,
            unit=None,
            institution=InstitutionKind.TREATMENT,
            place="Behandlingssted",
        )
        prison = factory.Trait(
            kind=StayKind.INSTITUTION,
            unit=None,
            institution=InstitutionKind.PRISON,
            place="Fengsel",
        )
        with_friends = factory.Trait(kind=StayKind.WITH_OTHERS, unit=None, place="Hos en venn")
        outdoors = factory.Trait(kind=StayKind.STREET, unit=None)
        days_ago = 30
        days = None

    person = factory.SubFactory(PersonFactory)
    kind = StayKind.TEMPORARY
    unit = factory.SubFactory(UnitFactory, temporary=True)
    period = factory.LazyAttribute(
        lambda o: since(
            days_ago(o.days_ago),
            days_ago(o.days_ago) + timedelta(days=o.days) if o.days is not None else None,
        )
    )
    recorded_at = factory.LazyFunction(now)
    recorded_by = factory.SubFactory(UserFactory, caseworker=True)


class PlaceSearchFactory(Factory):
    """No place was found for tonight."""

    class Meta:
        model = stays.PlaceSearch

    person = factory.SubFactory(PersonFactory)
    outcome = SearchOutcome.NONE_FOUND
    reason = "Alle spurt, alle fulle."
    on = factory.LazyFunction(today)
    logged_at = factory.LazyFunction(now)
    logged_by = factory.SubFactory(UserFactory, caseworker=True)


class LeaseFactory(Factory):
    """A three-year lease that began `days_ago`; `person=`, `unit=`, `application=` are used."""

    class Meta:
        model = Lease

    class Params:
        person = factory.SubFactory(PersonFactory)
        unit = factory.SubFactory(UnitFactory)
        days_ago = 30

    stay = factory.LazyAttribute(
        lambda o: StayFactory(
            person=o.application.person if o.application else o.person,
            kind=StayKind.LEASE,
            unit=o.unit,
            days_ago=o.days_ago,
        )
    )
    application = None
    starts_on = factory.LazyAttribute(lambda o: o.stay.period.lower)
    agreed_on = factory.LazyAttribute(lambda o: o.starts_on)
    expires_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=3 * 365))
    rent = 8000
    deposit_kind = Deposit.NONE
    agreed_by = factory.SubFactory(UserFactory, caseworker=True)


# ------------------------------------------------------------------ allocation


class MeetingFactory(Factory):
    """A meeting planned in a week; `open=True` has started; `approved=True` has minutes."""

    class Meta:
        model = allocation.AllocationMeeting

    class Params:
        open = factory.Trait(state=MeetingState.OPEN, starts_at=factory.LazyFunction(now))
        approved = factory.Trait(
            state=MeetingState.APPROVED,
            starts_at=factory.LazyFunction(lambda: now() - timedelta(days=7)),
            minutes=factory.SubFactory(StoredFileFactory),
            approved_at=factory.LazyFunction(now),
            approved_by=factory.SelfAttribute("chair"),
        )

    unit = factory.SubFactory(OrganisationUnitFactory)
    starts_at = factory.LazyFunction(lambda: now() + timedelta(days=7))
    place = "Rådhuset, møterom 2"
    chair = factory.SubFactory(UserFactory, chair=True)
    called_at = factory.LazyFunction(lambda: now() - timedelta(days=8))
    called_by = factory.SelfAttribute("chair")


class AgendaItemFactory(Factory):
    """A vacant unit on an agenda; `considering=[application, …]` are its candidates in order."""

    class Meta:
        model = allocation.AgendaItem

    class Params:
        decided = factory.Trait(
            outcome=ItemOutcome.CHOSEN,
            reason="Søkeren har ventet lengst, og boligen passer.",
            decided_at=factory.LazyFunction(now),
            decided_by=factory.SelfAttribute("meeting.chair"),
        )

    meeting = factory.SubFactory(MeetingFactory, open=True)
    unit = factory.SubFactory(UnitFactory)
    order = factory.LazyAttribute(lambda o: o.meeting.items.count() + 1)

    @factory.post_generation
    def considering(item, create, extracted, **kwargs):
        for rank, application in enumerate(extracted or [], start=1):
            ConsiderationFactory(item=item, application=application, rank=rank)


class ConsiderationFactory(Factory):
    class Meta:
        model = allocation.Consideration

    item = factory.SubFactory(AgendaItemFactory)
    application = factory.SubFactory(ApplicationFactory, granted=True)
    rank = 1
    class_number = 4
    considered_at = factory.LazyFunction(now)


class OfferFactory(Factory):
    """An offer that waits for an answer; `accepted=True`, `declined=True`."""

    class Meta:
        model = allocation.Offer

    class Params:
        accepted = factory.Trait(
            state=OfferState.ACCEPTED,
            answered_at=factory.LazyFunction(now),
            answered_by=factory.SelfAttribute("sent_by"),
        )
        declined = factory.Trait(
            state=OfferState.DECLINED,
            answered_at=factory.LazyFunction(now),
            answered_by=factory.SelfAttribute("sent_by"),
            decline_code=DeclineCode.AREA,
        )

    application = factory.SubFactory(ApplicationFactory, granted=True)
    unit = factory.SubFactory(UnitFactory)
    available_from = factory.LazyFunction(lambda: today() + timedelta(days=14))
    answer_by = factory.LazyFunction(lambda: today() + timedelta(days=7))
    sent_at = factory.LazyFunction(now)
    sent_by = factory.SubFactory(UserFactory, caseworker=True)


# ------------------------------------------------------------------ peers


class PeerFactory(Factory):
    class Meta:
        model = peers.Peer

    user = factory.SubFactory(UserFactory, peer=True)
    organisation = factory.SubFactory(OrganisationUnitFactory, kind=UnitKind.PEER_ORGANISATION)
    active = factory.LazyFunction(lambda: since(LONG_AGO))
    languages = factory.LazyFunction(lambda: ["norsk"])
    interests = factory.LazyFunction(lambda: ["fiske"])


class PeerLinkFactory(Factory):
    """A reported wish; `wanted=True`: the person has said yes; `linked=True`: it has a peer."""

    class Meta:
        model = peers.PeerLink

    class Params:
        wanted = factory.Trait(
            state=LinkState.WANTED, wanted_on=factory.LazyFunction(lambda: days_ago(20))
        )
        linked = factory.Trait(
            state=LinkState.LINKED,
            wanted_on=factory.LazyFunction(lambda: days_ago(20)),
            met_on=factory.LazyFunction(lambda: days_ago(15)),
            peer=factory.SubFactory(PeerFactory),
        )

    person = factory.SubFactory(PersonFactory)
    reported_at = factory.LazyFunction(lambda: now() - timedelta(days=25))
    reported_by = factory.SubFactory(UserFactory, caseworker=True)
    call_name = factory.LazyAttribute(lambda o: o.person.first_name)
    goal = "Komme meg ut og treffe folk."
    shares = factory.LazyFunction(lambda: [Share.COORDINATOR])


class ContactFactory(Factory):
    class Meta:
        model = peers.Contact

    link = factory.SubFactory(PeerLinkFactory, linked=True)
    on = factory.LazyFunction(lambda: days_ago(2))
    channel = Channel.MEETING
    minutes = 60
    domains = factory.LazyFunction(lambda: [LifeDomain.HOUSING])
    logged_at = factory.LazyFunction(now)
    logged_by = factory.LazyAttribute(lambda o: o.link.peer.user)
