"""Creates the rows of `given`, each known by its name in the file, with the format's defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import DataError, IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import get_default_timezone

from accounts.enums import UnitKind
from accounts.models import FlagDay, Municipality, OrganisationUnit, Setting, User
from allocation import policy as policies
from allocation.enums import OfferState
from allocation.models import Offer, PriorityPolicy, Reservation
from casework.log import deadlines
from casework.log.deadlines import missing_papers, offer_answer
from casework.log.enums import (
    APPLICATION_ALIVE,
    APPLICATION_OPEN,
    AppealBody,
    AppealState,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    DeathSource,
    IdKind,
    LetterKind,
    LetterWay,
    LetterWent,
    LivingArrangement,
    MemberRelation,
    Outcome,
    Sender,
    VedtakState,
)
from casework.models import (
    Appeal,
    AppealBodyAddress,
    Application,
    Assessment,
    CaseCounter,
    Dimension,
    Handover,
    Household,
    HouseholdMember,
    HousingAnswer,
    HousingNeed,
    LegalBasis,
    Letter,
    Note,
    PaperRequest,
    Person,
    Service,
    StoredFile,
    UnitTransfer,
    Vedtak,
    Wish,
)
from casework.persons.actions import deaths
from casework.vedtak.completeness import PLACE_BASIS
from common.errors import RuleBroken, explain_integrity_error
from housing.enums import TEMPORARY_TYPES, TRIAL_TYPES, PropertyStage, UnavailableCause, UnitType
from housing.models import YES_OR_NO, Area, Property, Unavailability, Unit
from housing.providers.models import Provider, QualityAgreement
from stays.enums import RiskCause, RiskOutcome, StayKind, StepKind
from stays.leases.deaths import last_day_of_notice, rented_homes_of
from stays.leases.models import Lease
from stays.models import Stay, TenancyStep

from .errors import ScenarioError, first_line
from .reading import unknown
from .vocabulary import SENDERS, SUPPORT

LONG_AGO = date(2000, 1, 1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# The legal basis (hjemmel) of an application that names none.
BASIS_OF = {
    ApplicationKind.NEW: "kommunal_bolig",
    ApplicationKind.EXCHANGE: "bytte",
    ApplicationKind.EXTENSION: "forlengelse",
    ApplicationKind.TEMPORARY: "sosialtjenesteloven_27",
    ApplicationKind.ASSISTANCE: "boligsosialloven_6",
}
KIND_OF = {basis: kind for kind, basis in BASIS_OF.items()}


class World:
    """The rows of one scenario, by their names in the file."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.persons: dict[str, Person] = {}
        self.units: dict[str, Unit] = {}
        self.providers: dict[str, Provider] = {}
        self.applications: dict[str, Application] = {}
        self.stays: dict[str, int] = {}  # the stays' ids in the database
        self.areas: dict[str, Area] = {}
        self.properties: dict[str, Property] = {}
        self.offices: dict[str, OrganisationUnit] = {}
        self.rooms = 0
        # Flags are as of the days of the scenario, also in a database where the jobs have run.
        FlagDay.objects.all().delete()
        self.clerk = User.objects.create(username="scenario", full_name="Scenario")
        self.approver = User.objects.create(username="scenario2", full_name="Scenario To")
        self._given(given)

    def _given(self, given: dict[str, Any]) -> None:
        """Create the rows in the order they depend on each other, not in the order of the file."""
        try:
            self._settings(given.get("settings", {}))
            self._policy(given.get("policy"))
            self._named("persons", self._person, given)
            self._listed("households", self._household, given)
            self._households_of_one()
            self._named("units", self._unit, given)
            self._named("providers", self._provider, given)
            for section, build in (
                ("stays", self.live),
                ("situations", self._situation),
                ("institutions", self._institution),
                ("applications", self._application),
                ("leases", self._lease),
                ("vedtak", self._vedtak),
                ("papers", self._papers),
                ("handovers", self._handover),
                ("sent_cases", self._sent_case),
                ("needs", self._need_of),
                ("assessments", self._assessment),
                ("services", self._service),
                ("contacts", self._contact),
                ("offers", self._offer),
                ("reservations", self._reservation),
                ("appeals", self._appeal),
                ("deaths", self._death),
            ):
                self._listed(section, build, given)
        except IntegrityError as error:
            raise ScenarioError(f"given: {explain_integrity_error(error) or error}") from error

    def _listed(self, section: str, build: Callable, given: dict[str, Any]) -> None:
        for n, facts in enumerate(given.get(section, [])):
            with _naming(f"given.{section}[{n}]") as where:
                build(facts, where)

    def _named(self, section: str, build: Callable, given: dict[str, Any]) -> None:
        for name, facts in given.get(section, {}).items():
            with _naming(f"given.{section}.{name}") as where:
                build(name, facts, where)

    def _provider(self, name: str, facts: dict[str, Any], where: str) -> None:
        provider = self.providers[name] = Provider.objects.create(name=name)
        stage = PropertyStage.IN_USE if facts.get("in_use", True) else PropertyStage.CLOSED
        Property.objects.create(name=f"Stedet til {name}", provider=provider, stage=stage)
        for n, agreement in enumerate(facts.get("agreements", [])):
            QualityAgreement.objects.create(
                provider=provider,
                reference=name,
                valid=_period(agreement, f"{where}.agreements[{n}]"),
                responsible=self.clerk,
            )

    # ------------------------------------------------------------------ look up by name

    def person(self, name: str, where: str) -> Person:
        if name not in self.persons:
            raise unknown(where, name, self.persons)
        return self.persons[name]

    def unit(self, name: str, where: str) -> Unit:
        if name not in self.units:
            raise unknown(where, name, self.units)
        return self.units[name]

    def application(self, name: str, where: str) -> Application:
        """By its id, or the person's only one. Created if the person has none."""
        if name in self.applications:
            return self.applications[name]
        person = self.person(name, where)
        own = [app for app in self.applications.values() if app.person_id == person.pk]
        if len(own) > 1:
            raise ScenarioError(f"{where}: {name!r} has several applications; use an id")
        if own:
            return own[0]
        self._application({"person": name, "received": LONG_AGO}, where)
        return self.applications[name]

    def person_ids(self) -> set[int]:
        return {person.pk for person in self.persons.values()}

    def provider_ids(self) -> set[int]:
        return {provider.pk for provider in self.providers.values()}

    def name_of(self, person_id: int) -> str:
        return next(name for name, person in self.persons.items() if person.pk == person_id)

    def application_name(self, pk: int | None) -> str | None:
        return next((name for name, app in self.applications.items() if app.pk == pk), None)

    def applicant_of(self, pk: int) -> str:
        """The name of the person who applied."""
        return next(
            self.name_of(app.person_id) for app in self.applications.values() if app.pk == pk
        )

    # ------------------------------------------------------------------ rules

    def _settings(self, given: dict[str, Any]) -> None:
        Setting.objects.filter(key__in=given).delete()
        for key, value in given.items():
            Setting.objects.create(key=key, value=value, valid=DateRange(LONG_AGO, None))

    def _policy(self, given: dict[str, Any] | None) -> None:
        if given is None:
            return
        ties = given.get("tie_breakers", [])
        with _naming("given.policy"):
            policies.read(given["classes"], ties)  # raises if it is not valid
        PriorityPolicy.objects.all().delete()
        PriorityPolicy.objects.create(
            name="Scenario",
            valid=DateRange(LONG_AGO, None),
            classes=given["classes"],
            tie_breakers=ties,
        )

    # ------------------------------------------------------------------ people

    def _person(self, name: str, facts: dict[str, Any], where: str) -> None:
        self.persons[name] = Person.objects.create(
            first_name=name,
            last_name="Scenario",
            id_kind=IdKind.NONE,
            birth_date=facts.get("born"),
            **{key: facts[key] for key in ("sex", "protection", "shielded") if key in facts},
            responsible=self.clerk,
            created_at=EPOCH,
            created_by=self.clerk,
        )

    def _household(self, facts: dict[str, Any], where: str) -> None:
        names = list(dict.fromkeys(facts["members"]))
        children, visiting = facts.get("children", []), facts.get("visiting", [])
        shared = facts.get("shared", [])
        children = [*children, *shared]
        for name in [*children, *visiting, *([facts["partner"]] if "partner" in facts else [])]:
            if name not in names:
                names.append(name)
        if not names or names[0] in children or names[0] in visiting:
            raise ScenarioError(f"{where}.members: the first must be the applicant, not a child")
        household = Household.objects.create(created_at=EPOCH, created_by=self.clerk)
        period = _period(facts, where)
        for n, name in enumerate(names):
            child = name in children or name in visiting
            relation = MemberRelation.CHILD if child else MemberRelation.OTHER
            if n == 0:
                relation = MemberRelation.SELF
            elif name == facts.get("partner"):
                relation = MemberRelation.PARTNER
            HouseholdMember.objects.create(
                household=household,
                person=self.person(name, where),
                relation=relation,
                living=LivingArrangement.VISITING
                if name in visiting
                else LivingArrangement.SHARED
                if name in shared
                else LivingArrangement.PERMANENT,
                period=period,
            )

    def _households_of_one(self) -> None:
        for person in self.persons.values():
            if not person.memberships.exists():
                household = Household.objects.create(created_at=EPOCH, created_by=self.clerk)
                HouseholdMember.objects.create(
                    household=household,
                    person=person,
                    relation=MemberRelation.SELF,
                    period=DateRange(LONG_AGO, None),
                )

    def _assessment(self, facts: dict[str, Any], where: str) -> None:
        person = self.person(facts["person"], where)
        held_on = facts.get("held", LONG_AGO)
        at = at_noon(held_on)
        assessment = Assessment.objects.create(
            person=person,
            application=self.application(facts["person"], where),
            wish=Wish.objects.create(
                person=person,
                words="Et hjem.",
                said_on=held_on,
                recorded_at=at,
                recorded_by=self.clerk,
            ),
            held_on=held_on,
            made_at=at,
            made_by=self.clerk,
        )
        for code, amount in facts.get("help", {}).items():
            dimension = Dimension.objects.filter(code=code, valid__contains=held_on).first()
            if dimension is None:
                raise ScenarioError(f"{where}.help: no dimension {code!r} on {held_on}")
            assessment.answers.create(dimension=dimension, support_need=SUPPORT[amount])
        asked = set(facts) - {"person", "held", "help", "areas", "avoid_areas"}
        if asked or "areas" in facts or "avoid_areas" in facts:
            answer = HousingAnswer.objects.create(
                assessment=assessment, **{key: facts[key] for key in asked}
            )
            for key in ("areas", "avoid_areas"):
                getattr(answer, key).set([self._area(code) for code in facts.get(key, [])])

    def _service(self, facts: dict[str, Any], where: str) -> None:
        Service.objects.create(
            person=self.person(facts["person"], where),
            name=facts.get("name", "Oppfølging"),
            period=_period(facts, where),
        )

    def _contact(self, facts: dict[str, Any], where: str) -> None:
        Note.objects.create(
            person=self.person(facts["person"], where),
            observation="Møttes.",
            is_contact=True,
            written_at=at_noon(facts["on"]),
            written_by=self.clerk,
        )

    # ------------------------------------------------------------------ places

    def _area(self, code: str) -> Area:
        if code not in self.areas:
            self.areas[code], _ = Area.objects.get_or_create(
                code=code, defaults={"name": f"Scenario {code}"}
            )
        return self.areas[code]

    def _property(self, name: str, area: str | None) -> Property:
        if name not in self.properties:
            self.properties[name] = Property.objects.create(
                name=f"Scenario {name}", area=self._area(area) if area else None
            )
        return self.properties[name]

    def _office(self, name: str) -> OrganisationUnit:
        if name not in self.offices:
            self.offices[name], _ = OrganisationUnit.objects.get_or_create(
                name=name, defaults={"kind": UnitKind.HOUSING_OFFICE}
            )
        return self.offices[name]

    def _unit(self, name: str, facts: dict[str, Any], where: str) -> None:
        floor, lift = facts.get("floor", 1), facts.get("lift", False)
        wheelchair = facts.get("wheelchair", False)
        columns = {
            **ORDINARY,
            # The default: on the ground floor, or with a lift.
            "step_free": wheelchair or lift or floor <= 1,
            **{key: value for key, value in facts.items() if key not in (*PLACED, "floor")},
        }
        house = self._property(facts.get("property", name), facts.get("area"))
        if "max_stay" in facts:
            house.max_stay_months = facts["max_stay"]
            house.save()
        unit = Unit.objects.create(
            property=house,
            name=name[:40],
            floor=floor,
            in_use=DateRange(LONG_AGO, facts.get("closed_from")),
            allocated_by=self._office(facts["allocated_by"]) if "allocated_by" in facts else None,
            **columns,
        )
        self.units[name] = unit
        blocked = list(facts.get("unavailable", []))
        if "available_from" in facts:
            blocked.append({"to": facts["available_from"]})
        for n, period in enumerate(blocked):
            Unavailability.objects.create(
                unit=unit,
                cause=UnavailableCause.REFURBISHING,
                period=_period(period, f"{where}.unavailable[{n}]"),
            )

    def room_in(self, unit: Unit) -> Unit:
        """A new room of a temporary place, since several people may live there at once."""
        self.rooms += 1
        return Unit.objects.create(
            property=unit.property,
            name=f"Rom {self.rooms}",
            type=unit.type,
            suits_children=unit.suits_children,
            suits_young=unit.suits_young,
            night_price=unit.night_price,
            in_use=unit.in_use,
        )

    # ------------------------------------------------------------------ where people live

    def live(self, facts: dict[str, Any], where: str) -> None:
        unit = self.unit(facts["unit"], f"{where}.unit")
        kind = StayKind.LEASE
        if unit.type in TEMPORARY_TYPES:
            kind, unit = StayKind.TEMPORARY, self.room_in(unit)
        elif unit.type in TRIAL_TYPES:
            kind = StayKind.TRIAL
        self._live(facts, where, kind=kind, unit=unit)

    def _situation(self, facts: dict[str, Any], where: str) -> None:
        if facts["kind"] == StayKind.INSTITUTION:
            raise ScenarioError(f"{where}.kind: write it under institutions")
        if facts["kind"] == StayKind.TRIAL:
            raise ScenarioError(f"{where}.kind: write it under stays, in a treningsleilighet")
        self._live(facts, where, kind=facts["kind"])

    def _institution(self, facts: dict[str, Any], where: str) -> None:
        self._live(
            facts,
            where,
            kind=StayKind.INSTITUTION,
            institution=facts["kind"],
            planned_out=facts.get("planned_out"),
        )

    def _lease(self, facts: dict[str, Any], where: str) -> None:
        unit = self.unit(facts["unit"], f"{where}.unit")
        stay = self._live(facts, where, kind=StayKind.LEASE, unit=unit)
        of = facts.get("application")
        lease = Lease.objects.create(
            stay=stay,
            application=self.application(of, f"{where}.application") if of else None,
            agreed_on=facts.get("agreed", facts["from"]),
            starts_on=facts["from"],
            expires_on=facts.get("expires"),
            rent=8000,
            agreed_by=self.clerk,
        )
        if "asked" in facts:
            TenancyStep.objects.create(
                lease=lease,
                kind=StepKind.ASKED_TO_LEAVE,
                on=facts["asked"],
                note="Brev",
                logged_at=EPOCH,
                logged_by=self.clerk,
            )
        for step in facts.get("steps", []):
            TenancyStep.objects.create(
                lease=lease,
                kind=step["kind"],
                on=step["on"],
                due_on=step.get("due"),
                logged_at=at_noon(step.get("logged", step["on"])),
                logged_by=self.clerk,
            )
        for item in facts.get("ready", []):
            done = at_noon(item["done"]) if "done" in item else None
            lease.readiness.create(
                kind=item["kind"],
                helper="Scenario",
                due_on=item["due"],
                done_at=done,
                done_by=self.clerk if done else None,
            )
        if "review" in facts:
            lease.risks.create(
                cause=RiskCause.ARREARS,
                what="Restanse",
                responsible=self.clerk,
                plan="Avtale",
                review_on=facts["review"],
                opened_at=at_noon(facts["from"]),
                opened_by=self.clerk,
                closed_at=at_noon(facts["closed"]) if "closed" in facts else None,
                closed_by=self.clerk if "closed" in facts else None,
                outcome=facts.get("outcome", RiskOutcome.KEPT if "closed" in facts else ""),
            )

    def _live(self, facts: dict[str, Any], where: str, **more: Any) -> Stay:
        stay = Stay.objects.create(
            person=self.person(facts["person"], f"{where}.person"),
            period=_period(facts, where),
            recorded_at=EPOCH,
            recorded_by=self.clerk,
            **{key: facts[key] for key in SITUATION if key in facts},
            **more,
        )
        if "id" in facts:
            self.stays[facts["id"]] = stay.pk
        return stay

    def stay(self, name: str, where: str) -> Stay:
        """By its id, or the person's only one."""
        stays = Stay.objects.select_related("person", "unit__property")
        if name in self.stays:
            return stays.get(pk=self.stays[name])
        if name not in self.persons:
            raise unknown(where, name, [*self.stays, *self.persons])
        own = stays.filter(person=self.persons[name]).order_by("pk")
        if len(own) != 1:
            raise ScenarioError(f"{where}: {name!r} has {len(own)} stays; use an id")
        return own[0]

    def lease(self, name: str, where: str) -> Lease:
        """By the id of the lease, or the person's only one."""
        leases = Lease.objects.select_related("stay")
        own = (
            leases.filter(stay=self.stays[name])
            if name in self.stays
            else leases.filter(stay__person=self.person(name, where))
        )
        if len(own) != 1:
            raise ScenarioError(f"{where}: {name!r} has {len(own)} leases; use an id")
        return own[0]

    def _death(self, facts: dict[str, Any], where: str) -> None:
        def named(key: str) -> Person | None:
            return self.person(facts[key], f"{where}.{key}") if key in facts else None

        person, on = self.person(facts["person"], f"{where}.person"), facts["on"]
        cases = Application.objects.filter(person=person, state__in=APPLICATION_ALIVE)
        end = deaths.EndOfLease(facts.get("lease_until", last_day_of_notice(on)), named("lease_to"))
        death = deaths.register_death(
            person=person,
            died_on=on,
            source=DeathSource.REGISTER,
            note="",
            cases=dict.fromkeys(cases.values_list("pk", flat=True), named("case_to")),
            leases={home.pk: end for home in rented_homes_of(person, on)},
            by=self.clerk,
            at=at_noon(on),
        )
        if facts.get("undone"):
            deaths.undo_death(death=death, reason="Feil person", by=self.clerk, at=at_noon(on))
        # Read again: the cases may have another holder now.
        for application in self.applications.values():
            application.refresh_from_db()

    # ------------------------------------------------------------------ cases

    def _application(self, facts: dict[str, Any], where: str) -> None:
        person = self.person(facts["person"], f"{where}.person")
        name = facts.get("id", facts["person"])
        if name in self.applications or ("id" in facts and name in self.persons):
            raise ScenarioError(f"{where}: the name {name!r} is already used; give an id")
        kind = facts.get("kind", ApplicationKind.NEW)
        received = at_noon(facts["received"])
        reply = facts.get("interim_reply")
        application = Application.objects.create(
            person=person,
            household=Household.objects.filter(members__person=person).order_by("pk").first(),
            kind=kind,
            state=facts.get("state", ApplicationState.RECEIVED),
            case_year=received.year,
            case_seq=CaseCounter.take(received.year),
            channel=ApplicationChannel.FORM,
            sender=SENDERS[facts.get("from", Sender.PERSON)],
            received_at=received,
            unit=self._office(facts.get("unit", "Boligkontoret")),
            responsible=self.clerk,
            registered_at=received,
            registered_by=self.clerk,
            promised_on=facts.get("promised"),
            tonight=facts.get("tonight", ""),
            interim_reply_at=at_noon(reply) if reply else None,
            interim_reply_by=self.clerk if reply else None,
        )
        application.bases.set(
            self._basis(code, where) for code in facts.get("bases", [BASIS_OF[kind]])
        )
        self.applications[name] = application

    def _basis(self, code: str, where: str) -> LegalBasis:
        basis = LegalBasis.objects.filter(code=code).order_by("-valid").first()
        if basis is None:
            raise ScenarioError(f"{where}: the basis {code!r} is not in the table")
        return basis

    def draft(self, application: Application, facts: dict[str, Any]) -> Vedtak:
        """A draft vedtak with every part written, except those it `lacks`."""
        written = {
            "facts": "Du bor hos en venn.",
            "rules": "Retningslinjene.",
            "reasoning": "Du har lett lenge uten å finne noe, og du må ut om kort tid.",
            "person_view": "Du vil ha egen dør.",
            "best_interests": "Barna får bli på skolen.",
            "place": "Gjestehuset",
            "help_content": "En boveileder kommer to timer i uka.",
            "dwelling_type": UnitType.MUNICIPAL,
            "bedrooms": 1,
            "lease_years": 3,
            "valid_from": facts["on"],
            "valid_to": facts["on"] + timedelta(days=365),
            "conditions": "",
            "refused": "Vi dekker ikke lager, fordi du har bod.",
        }
        if list(facts.get("outcomes", {})) == [PLACE_BASIS]:
            written["valid_to"] = facts["on"] + timedelta(days=14)
        written |= {**facts.get("written", {}), "confirmed": facts.get("confirmed", [])}
        lacks = facts.get("lacks", [])
        refused = written.pop("refused")
        refused = "" if "refused" in lacks else refused
        if "address" not in lacks:
            Person.objects.filter(pk=application.person_id).update(
                address="Storgata 1", postcode="0001", city=self._place()
            )
            application.person.refresh_from_db()
        self._appeals_bodies(written="appeals_body" not in lacks)
        if "choices" not in lacks:
            talk = application.choice_talks.create(
                held_on=facts["on"],
                present="Personen",
                answer="Egen dør.",
                changed="Ingenting.",
                recorded_at=EPOCH,
                recorded_by=self.clerk,
            )
            talk.alternatives.create(what="Kommunal bolig", means="Ventetid.")
        vedtak = Vedtak.objects.create(
            application=application,
            language=facts.get("language", "nb"),
            drafted_at=EPOCH,
            drafted_by=self.clerk,
            **{name: value for name, value in written.items() if name not in lacks},
        )
        if "changes" in facts:
            self._changes(vedtak, facts)
        for code, outcome in facts.get("outcomes", {}).items():
            vedtak.outcomes.create(
                basis=self._basis(code, "when.outcomes"),
                outcome=outcome,
                ground=facts.get("grounds", {}).get(code, ""),
                refused=refused if outcome == Outcome.PARTLY else "",
            )
        return vedtak

    def _changes(self, vedtak: Vedtak, facts: dict[str, Any]) -> None:
        """The draft changes an issued vedtak (omgjøring), with reasons and an answered notice."""
        changed = vedtak.application.vedtak.issued().get()
        changed.outcomes.update(replaced_by=vedtak)
        vedtak.replaces = changed
        vedtak.reversal_ground = facts["ground"]
        vedtak.reversal_reason = "Du har fått arbeid, og lønna er høyere enn før."
        vedtak.to_harm = facts.get("to_harm", False)
        vedtak.harm_reason = "Vedtaket bygde på opplysninger som ikke stemte." * vedtak.to_harm
        vedtak.save()
        sent = at_noon(facts["on"] - timedelta(days=15))
        if vedtak.to_harm:
            vedtak.application.notices.create(
                about=list(facts["outcomes"]),
                due_on=facts["on"] - timedelta(days=1),
                sent_at=sent,
                sent_by=self.clerk,
                letter=self._letter(vedtak.application, LetterKind.NOTICE, sent),
            )

    def _place(self) -> str:
        """Where everybody of the scenario lives: the place the municipality is named after."""
        return Municipality.objects.get().name.removesuffix(" kommune")

    def _appeals_bodies(self, *, written: bool) -> None:
        """Addresses of the appeals bodies, which a new installation has not; or none."""
        for body in AppealBody.values:
            AppealBodyAddress.objects.update_or_create(
                body=body,
                defaults={
                    "name": "Klageinstansen",
                    "name_nn": "Klageinstansen",
                    "address": "Postboks 1, 0001 Byen" if written else "",
                    "checked_at": EPOCH,
                    "checked_by": self.clerk,
                },
            )

    def _vedtak(self, facts: dict[str, Any], where: str) -> None:
        name, issued = facts["application"], facts["issued"]
        if name in self.persons and name not in self.applications:
            own = [app for app in self.applications.values() if app.person == self.persons[name]]
            if not own:
                kind = KIND_OF[facts.get("basis", "kommunal_bolig")]
                self._application({"person": name, "kind": kind, "received": issued}, where)
        application = self.application(name, f"{where}.application")
        at = at_noon(issued)
        vedtak = Vedtak.objects.create(
            application=application,
            valid_from=facts.get("valid_from", issued),
            valid_to=facts.get("valid_to"),
            conditions=facts.get("conditions", ""),
            drafted_at=at - timedelta(days=1),
            drafted_by=self.clerk,
            submitted_at=at - timedelta(hours=2),
            submitted_by=self.clerk,
            approver=self.approver,
        )
        basis = facts.get("basis", BASIS_OF[application.kind])
        vedtak.outcomes.create(
            basis=self._basis(basis, where), outcome=facts.get("outcome", Outcome.GRANTED)
        )
        # Issued last: an issued vedtak and its outcomes cannot be changed.
        vedtak.state = VedtakState.ISSUED
        vedtak.issued_at, vedtak.issued_by, vedtak.issued_on = at, self.approver, issued
        way = LetterWay(facts.get("way", LetterWay.PAPER))
        vedtak.appeal_weeks = deadlines.appeal_weeks(issued)
        vedtak.arrives_on = deadlines.arrives(issued, way)
        vedtak.arrived_on = facts.get("arrived")
        waits = way == LetterWay.COLLECTED and not vedtak.arrived_on
        vedtak.letter_went = LetterWent.WAITING if waits else way
        vedtak.save()
        if application.state in APPLICATION_OPEN:
            application.state = ApplicationState.DECIDED
            application.save(update_fields=["state"])
        if "need" in facts:
            self._need(application, facts["need"], at)

    def _letter(self, application: Application, kind: LetterKind, made_at: datetime) -> Letter:
        return Letter.objects.create(
            person=application.person,
            application=application,
            kind=kind,
            language=application.person.language_form,
            title="Scenario",
            file=StoredFile.objects.create(content=b"scenario", made_at=made_at),
            made_at=made_at,
            made_by=self.clerk,
        )

    def _papers(self, facts: dict[str, Any], where: str) -> None:
        """A letter asking for papers (mangelbrev); `received` lists when the first ones came."""
        application = self.application(facts["application"], f"{where}.application")
        asked = at_noon(facts["asked"])
        request = PaperRequest.objects.create(
            application=application,
            letter=self._letter(application, LetterKind.MISSING, asked),
            due_on=facts.get("due", missing_papers(asked).due),
            asked_at=asked,
            asked_by=self.clerk,
        )
        received = [*facts.get("received", []), *[None] * len(facts["what"])]
        for what, on in zip(facts["what"], received, strict=False):
            request.papers.create(
                what=what,
                received_on=on,
                received_at=at_noon(on) if on else None,
                received_by=self.clerk if on else None,
            )

    def _handover(self, facts: dict[str, Any], where: str) -> None:
        Handover.objects.create(
            person=self.person(facts["person"], f"{where}.person"),
            to_unit=self._office("Helsekontoret"),
            what=facts["what"],
            why="Scenario",
            **self._sent(facts),
        )

    def _sent_case(self, facts: dict[str, Any], where: str) -> None:
        application = self.application(facts["application"], f"{where}.application")
        UnitTransfer.objects.create(
            application=application,
            from_unit=application.unit,
            to_unit=self._office("Helsekontoret"),
            reason="Scenario",
            **self._sent(facts),
        )

    def _sent(self, facts: dict[str, Any]) -> dict[str, Any]:
        """When it was sent, and when the receiver acknowledged it."""
        acknowledged = facts.get("acknowledged")
        return {
            "sent_at": at_noon(facts["sent"]),
            "sent_by": self.clerk,
            "acknowledged_at": at_noon(acknowledged) if acknowledged else None,
            "acknowledged_by": self.clerk if acknowledged else None,
        }

    def vedtak(self, name: str, where: str) -> Vedtak:
        """The vedtak of an application, by its id or its person's name."""
        vedtak = self.application(name, where).vedtak.first()
        if vedtak is None:
            raise ScenarioError(f"{where}: {name!r} has no vedtak")
        return vedtak

    def _appeal(self, facts: dict[str, Any], where: str) -> None:
        vedtak = self.vedtak(facts["vedtak"], f"{where}.vedtak")
        received = facts["received"]
        forwarded, answered = facts.get("forwarded"), facts.get("answered")
        fields: dict[str, Any] = {"state": AppealState.RECEIVED}
        if forwarded:
            sent_at = at_noon(forwarded)
            fields |= {
                "state": AppealState.FORWARDED,
                "taken_up_at": at_noon(received),
                "taken_up_by": self.clerk,
                "forwarded_at": sent_at,
                "forwarded_by": self.clerk,
                "file": self._file(sent_at),
                "letter": Letter.objects.create(
                    person=vedtak.application.person,
                    application=vedtak.application,
                    kind=LetterKind.FORWARDING,
                    title="Oversendelse",
                    file=self._file(sent_at),
                    made_at=sent_at,
                    made_by=self.clerk,
                ),
            }
        if "reminded" in facts:
            fields |= {"reminded_at": at_noon(facts["reminded"]), "reminded_by": self.clerk}
        if answered:
            fields |= {
                "state": facts.get("outcome", AppealState.UPHELD),
                "outcome_on": answered,
                "outcome_at": at_noon(answered),
                "outcome_by": self.clerk,
                "closed_on": answered,
            }
        if "withdrawn" in facts:
            fields |= {"state": AppealState.WITHDRAWN, "closed_on": facts["withdrawn"]}
        about = vedtak.outcomes.select_related("basis").first()
        appeal = Appeal.objects.create(
            vedtak=vedtak,
            drafter=vedtak.drafted_by,
            approver=vedtak.issued_by,
            body=about.basis.appeal_body,
            received_on=received,
            made_on=facts.get("made", received),
            due_on=vedtak.appeal_due(),
            registered_at=at_noon(received),
            registered_by=self.clerk,
            **fields,
        )
        appeal.outcomes.add(about)

    def _file(self, at: datetime) -> StoredFile:
        return StoredFile.objects.create(content=b"%PDF-1.7", made_at=at)

    def _need_of(self, facts: dict[str, Any], where: str) -> None:
        application = self._case_of(facts, where)
        need = {key: facts[key] for key in facts if key not in ("person", "application")}
        self._need(application, need, application.received_at)

    def _need(self, application: Application, facts: dict[str, Any], at: datetime) -> None:
        sets = {
            "areas": [self._area(code) for code in facts.get("areas", [])],
            "avoid_areas": [self._area(code) for code in facts.get("avoid_areas", [])],
            "avoid_properties": [
                self._property(name, None) for name in facts.get("avoid_properties", [])
            ],
        }
        columns = {key: value for key, value in facts.items() if key not in sets}
        columns.setdefault("types", [])
        need = HousingNeed.objects.create(
            application=application, decided_at=at, decided_by=self.clerk, **columns
        )
        for name, values in sets.items():
            getattr(need, name).set(values)

    def _case_of(self, facts: dict[str, Any], where: str) -> Application:
        """The application that a row names, itself or by its person."""
        if ("person" in facts) == ("application" in facts):
            raise ScenarioError(f"{where}: name either the person or the application")
        return self.application(facts.get("application", facts.get("person")), where)

    def _reservation(self, facts: dict[str, Any], where: str) -> None:
        released = facts.get("released")
        Reservation.objects.create(
            application=self._case_of(facts, where),
            unit=self.unit(facts["unit"], f"{where}.unit"),
            moves_in_on=facts["moves_in"],
            period=_period(facts, where),
            reason="Scenario",
            reserved_at=at_noon(facts["from"]),
            reserved_by=self.clerk,
            released_at=at_noon(released) if released else None,
            released_by=self.clerk if released else None,
            release_reason="Scenario" if released else "",
        )

    def _offer(self, facts: dict[str, Any], where: str) -> None:
        sent = at_noon(facts["sent"])
        state = facts.get("state", OfferState.SENT)
        answered = state != OfferState.SENT
        declined = state == OfferState.DECLINED
        Offer.objects.create(
            application=self._case_of(facts, where),
            unit=self.unit(facts["unit"], f"{where}.unit"),
            state=state,
            available_from=facts.get("available_from", sent.date()),
            answer_by=facts.get("answer_by", offer_answer(sent).due),
            viewing_on=facts.get("viewing"),
            sent_at=sent,
            sent_by=self.clerk,
            answered_at=at_noon(facts.get("answered", facts["sent"])) if answered else None,
            answered_by=self.clerk if answered else None,
            decline_code=facts.get("decline_code", "annet" if declined else ""),
        )


SITUATION = ("granted_until", "must_leave_by", "unsafe", "unsuitable")
# What a home is when the file does not say otherwise.
ORDINARY = dict.fromkeys(YES_OR_NO, False) | {
    "accepts_pets": True,
    "suits_children": True,
    "suits_young": True,
}
PLACED = (
    *("property", "area", "allocated_by", "available_from", "closed_from", "unavailable"),
    "max_stay",
)


@contextmanager
def _naming(where: str) -> Iterator[str]:
    """Errors inside name the row at `where`."""
    try:
        yield where
    except (IntegrityError, DataError, RuleBroken, ArithmeticError, ValueError) as error:
        explained = isinstance(error, IntegrityError) and explain_integrity_error(error)
        raise ScenarioError(f"{where}: {explained or first_line(error)}") from error


def _period(facts: dict[str, Any], where: str) -> DateRange:
    """`from` and `to` (the day it is over) or `last` (the last day), each if known."""
    start = facts.get("from", LONG_AGO)
    if "last" in facts and facts["last"] < start:
        raise ScenarioError(f"{where}.last: must not be before `from`")
    if "to" in facts and facts["to"] <= start:
        raise ScenarioError(f"{where}.to: must be after `from`")
    end = facts["last"] + timedelta(days=1) if "last" in facts else facts.get("to")
    return DateRange(start, end)


def at_noon(value: date | datetime) -> datetime:
    """Noon local time of a day; a datetime unchanged."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(12), tzinfo=get_default_timezone())
