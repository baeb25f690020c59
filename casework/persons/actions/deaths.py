"""A death: one act that ends what the person had, and can be undone (registered on a wrong person).

Each room and app ends its own part: it registers a function in its `AppConfig.ready()`.

    deaths.on_death(deaths.Phase.LINKS, end_links)      # end_links(aftermath)

The functions run in the order of their phase, which is the order rows are locked in (ADR 6). They
change rows through `Aftermath`, which keeps the values from before. History, letters and events of
the person stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, auto
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.enums import OWN_HOUSEHOLD, FlagClosed, MemberRelation, RepresentativeKind
from casework.log.event_kinds import CaseEvent
from casework.log.models import Flag, Transition
from common.calendar import ONE_DAY, local_date
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked_rows

from ..children import is_child_member
from ..models import Death, HouseholdMember, Person, Representative
from ..models.deaths import died_on
from .persons import lock_persons

if TYPE_CHECKING:
    from accounts.models import User
    from common.states import StateTable


class DeathRefused(RuleBroken):
    """The death cannot be registered or undone like this; `field` is the form field."""


class PersonIsDead(RuleBroken):
    """Something new cannot begin for a person who has died."""

    def __init__(self, on: date) -> None:
        super().__init__(
            _("Personen døde %(day)s. Er det feil, kan dødsfallet angres på personens side.")
            % {"day": nbdate(on)}
        )


class Phase(IntEnum):
    """When the functions of a death run: the order rows are locked in (docs/adr/0006)."""

    UNITS = auto()
    HOUSEHOLD = auto()
    CASES = auto()
    OFFERS = auto()
    PERSON = auto()
    STAYS = auto()
    HOLDS = auto()
    LINKS = auto()
    FLAGS = auto()


@dataclass(frozen=True, slots=True)
class EndOfLease:
    """What becomes of the dead person's lease: the estate keeps it to and with `last_day`, or an
    adult of the household takes it over from the day of the death (husll. § 8-2)."""

    last_day: date | None = None
    successor: Person | None = None


@dataclass
class Aftermath:
    """A death while it is registered: what to end, the answers given, and the rows changed.

    `cases` says for each case that is open or waits who goes on with it, or None to close it;
    `leases` says for each stay in a rented home how it ends.
    """

    death: Death
    person: Person
    cases: Mapping[int, Person | None]
    leases: Mapping[int, EndOfLease]
    by: User
    at: datetime
    changed: list[dict[str, Any]] = field(default_factory=list)

    @property
    def died_on(self) -> date:
        return self.death.died_on

    @property
    def why(self) -> str:
        return _("Personen er død.")

    def change(self, row: models.Model, **facts: Any) -> None:
        """Set the fields and save; what they were is kept."""
        before = _values(row, facts)
        for name, value in facts.items():
            setattr(row, name, value)
        row._history_user = self.by
        row.save(update_fields=list(facts))
        self._keep(row, before, _values(row, facts))

    def move(self, table: StateTable, row: models.Model, to: str, **facts: Any) -> None:
        """Move the row to a state, with the fields that follow; what they were is kept."""
        names = [table.field, *facts]
        before = _values(row, names)
        row._history_user = self.by
        table.move(row, to, by=self.by, at=self.at, **facts)
        self._keep(row, before, _values(row, names), process=str(table.process))

    def add(self, row: models.Model) -> None:
        """Save a new row, which an undoing deletes."""
        row._history_user = self.by
        row.save()
        self._keep(row, None, {})

    def remove(self, row: models.Model) -> None:
        """Delete a row that never came to be, such as a stay that was to begin later."""
        self._keep(row, _values(row, [f.name for f in _stored(type(row))]), None)
        row._history_user = self.by
        row.delete()

    def ends(self, lower: date) -> DateRange:
        """The period that began on `lower` and ends with the death; at least its first day."""
        return DateRange(lower, max(self.died_on, lower + ONE_DAY))

    def _keep(self, row: models.Model, before, after, *, process: str = "") -> None:
        self.changed.append(
            {
                "model": row._meta.label_lower,
                "pk": row.pk,
                "before": before,
                "after": after,
                "process": process,
            }
        )


_closers: list[tuple[Phase, Callable[[Aftermath], None]]] = []


def on_death(phase: Phase, close: Callable[[Aftermath], None]) -> None:
    """Call `close(aftermath)` in this phase when a death is registered, in its transaction."""
    if (phase, close) not in _closers:
        _closers.append((phase, close))
        _closers.sort(key=lambda each: each[0])


def refuse_dead(person: Person) -> None:
    """Raise `PersonIsDead` if the person has died. For acts that begin something new."""
    if day := died_on(person):
        raise PersonIsDead(day)


# ------------------------------------------------------------------ registering


@transaction.atomic
def register_death(
    *,
    person: Person,
    died_on: date,
    source: str,
    note: str,
    cases: Mapping[int, Person | None],
    leases: Mapping[int, EndOfLease],
    by: User,
    at: datetime,
) -> Death:
    """Register that the person died, and end what they had. Raises `DeathRefused`.

    `cases` has the person who goes on with each open case, by its key; None closes it. `leases`
    has how each stay in a rented home ends, by the key of the stay.
    """
    others = [other.pk for other in cases.values() if other is not None]
    others += [end.successor.pk for end in leases.values() if end.successor is not None]
    person = lock_persons(person.pk, *others)[person.pk]
    _check_day(person, died_on, local_date(at))
    if Death.objects.in_force().filter(person=person).exists():
        raise DeathRefused(_("Dødsfallet er allerede registrert."))
    if Death.objects.in_force().filter(person__in=others).exists():
        raise DeathRefused(_("En som er død, kan ikke overta saken eller leieforholdet."))
    death = Death.objects.create(
        person=person,
        died_on=died_on,
        source=source,
        note=note.strip(),
        registered_at=at,
        registered_by=by,
    )
    aftermath = Aftermath(death, person, cases, leases, by, at)
    for _phase, close in _closers:
        close(aftermath)
    death.changed = aftermath.changed
    death.save(update_fields=["changed"])
    text = _("Død %(day)s. Kilde: %(source)s. %(note)s") % {
        "day": nbdate(died_on),
        "source": death.get_source_display().lower(),
        "note": death.note,
    }
    events.record(person, CaseEvent.DEATH_REGISTERED, text.strip(), by=by, at=at, death=death.pk)
    return death


def _check_day(person: Person, day: date, today: date) -> None:
    if day > today:
        raise DeathRefused(_("Dagen er ikke kommet ennå."), "died_on")
    if person.birth_date and day < person.birth_date:
        raise DeathRefused(
            _("Personen er født %(born)s.") % {"born": nbdate(person.birth_date)}, "died_on"
        )


def leave_households(aftermath: Aftermath) -> None:
    """End the memberships; somebody else becomes head where the dead person was."""
    person = aftermath.person
    households = HouseholdMember.objects.filter(person=person).values("household")
    members = list(
        locked_rows(
            HouseholdMember.objects.filter(household__in=households)
            .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=aftermath.died_on))
            .select_related("person")
            .order_by("pk")
        )
    )
    for member in [each for each in members if each.person_id == person.pk]:
        beside = [
            each
            for each in members
            if each.household_id == member.household_id
            and each.person_id != person.pk
            and aftermath.died_on in each.period
        ]
        if member.period.lower > aftermath.died_on:
            aftermath.remove(member)
            continue
        aftermath.change(member, period=aftermath.ends(member.period.lower))
        if member.relation == MemberRelation.SELF:
            _make_head(aftermath, beside, member.period.upper)
        for other in beside:
            if other.relation in OWN_HOUSEHOLD:
                events.record(
                    other.person,
                    CaseEvent.HOUSEHOLD_LEFT,
                    _("Et medlem av husstanden døde %(on)s.") % {"on": nbdate(aftermath.died_on)},
                    by=aftermath.by,
                    at=aftermath.at,
                    member=person.pk,
                )


def _make_head(aftermath: Aftermath, beside: list[HouseholdMember], since: date) -> None:
    """The one who goes on with the case becomes head of the household, else the partner, else the
    oldest adult. Children alone have no head."""
    holders = [other.pk for other in aftermath.cases.values() if other is not None]
    chosen = [each for each in beside if each.person_id in holders]
    chosen += [each for each in beside if each.relation == MemberRelation.PARTNER]
    adults = [each for each in beside if not is_child_member(each, since)]
    chosen += sorted(adults, key=lambda each: (each.person.birth_date or since, each.pk))
    if not chosen:
        return
    member = chosen[0]
    until = member.period.upper
    aftermath.change(member, period=DateRange(member.period.lower, since))
    aftermath.add(
        HouseholdMember(
            household_id=member.household_id,
            person=member.person,
            relation=MemberRelation.SELF,
            period=DateRange(since, until),
        )
    )


def end_representatives(aftermath: Aftermath) -> None:
    """A power of attorney or guardianship ends with the person's life; the estate has its own."""
    representatives = (
        Representative.objects.select_for_update(of=("self",), no_key=True)
        .filter(person=aftermath.person)
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=aftermath.died_on))
        .exclude(kind=RepresentativeKind.ESTATE)
        .order_by("pk")
    )
    for representative in representatives:
        aftermath.change(representative, period=aftermath.ends(representative.period.lower))


def close_flags(aftermath: Aftermath) -> None:
    """Close every open flag; the jobs raise none about somebody who has died."""
    flags = Flag.objects.select_for_update(of=("self",), no_key=True).open()
    for flag in flags.filter(person=aftermath.person).order_by("pk"):
        aftermath.change(flag, closed_on=local_date(aftermath.at), closed_because=FlagClosed.FACTS)


on_death(Phase.HOUSEHOLD, leave_households)
on_death(Phase.PERSON, end_representatives)
on_death(Phase.FLAGS, close_flags)


# ------------------------------------------------------------------ undoing


_locks_again: list[Callable[[Death], object]] = []
_given_since: list[Callable[[Person, date], str]] = []


def on_undo(lock: Callable[[Death], object], given_since: Callable[[Person, date], str]) -> None:
    """Register what an app above knows of undoing: `lock(death)` locks what must be locked before
    everything else, and `given_since(person, on)` is a sentence on what the person has again that
    is promised to somebody else meanwhile, or ""."""
    if lock not in _locks_again:
        _locks_again.append(lock)
        _given_since.append(given_since)


@transaction.atomic
def undo_death(
    *, death: Death, reason: str, by: User, at: datetime, anyway: bool = False
) -> list[str]:
    """Undo a death registered by mistake: put back everything it ended, newest change first.

    What has been changed since, or given to somebody else, stays as it is: its names are returned
    and stand in the event. What is only promised to somebody else is asked about; `anyway` is the
    yes. Raises `DeathRefused`.
    """
    person = lock_persons(death.person_id)[death.person_id]
    death = Death.objects.get(pk=death.pk)  # under the lock of the person
    if death.undone_at is not None:
        raise DeathRefused(
            _("Dødsfallet er allerede angret %(on)s.") % {"on": nbdate(death.undone_at)}
        )
    if not reason.strip():
        raise DeathRefused(_("Skriv hvorfor dødsfallet angres."), "reason")
    for lock in _locks_again:
        lock(death)
    standing = [change for change in death.changed if change["after"] is not None]
    for label in dict.fromkeys(change["model"] for change in standing):
        keys = [change["pk"] for change in standing if change["model"] == label]
        rows = apps.get_model(label)._base_manager.filter(pk__in=keys).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
    left: list[str] = []
    for change in reversed(death.changed):
        if not _put_back(change, by, at):
            model = apps.get_model(change["model"])
            left.append(str(model._meta.verbose_name))
    left = list(dict.fromkeys(left))
    if not anyway:
        found = [given(person, local_date(at)) for given in _given_since]
        if reasons := " ".join(filter(None, found)):
            raise DeathRefused(
                _("%(why)s Kryss av hvis dødsfallet likevel angres.") % {"why": reasons}, "anyway"
            )
    death.undone_at, death.undone_by, death.undo_reason = at, by, reason.strip()
    death.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    text = _("Dødsfallet er angret: %(why)s") % {"why": death.undo_reason}
    if left:
        text = f"{text} {_('Ikke satt tilbake: %(what)s.') % {'what': ', '.join(left)}}"
    events.record(person, CaseEvent.DEATH_UNDONE, text, by=by, at=at, death=death.pk)
    return left


def _put_back(change: dict[str, Any], by: User, at: datetime) -> bool:
    """Undo one change; False when the row has changed since, or its place is taken."""
    model = apps.get_model(change["model"])
    row = model._base_manager.filter(pk=change["pk"]).first()
    before, after = change["before"], change["after"]
    try:
        with transaction.atomic():
            if after is None:
                if row is not None:
                    return False
                row = model(pk=change["pk"], **_read(model, before))
                row._history_user = by
                row.save(force_insert=True)
                return True
            if row is None:
                return False
            row._history_user = by
            if before is None:
                row.delete()
                return True
            if _values(row, after) != after:
                return False
            for name, value in _read(model, before).items():
                setattr(row, name, value)
            row.save(update_fields=list(before))
    except (IntegrityError, models.ProtectedError):
        return False
    if change["process"]:
        states = [values["state"] for values in (after, before)]
        Transition.objects.create(
            process=change["process"],
            object_id=row.pk,
            from_state=states[0],
            to_state=states[1],
            at=at,
            by=by,
        )
    return True


def ended_by(death: Death) -> list[tuple[str, int]]:
    """What the death ended, in words and numbers: «opphold», 2."""
    counts: dict[str, int] = {}
    for change in death.changed:
        name = str(apps.get_model(change["model"])._meta.verbose_name)
        counts[name] = counts.get(name, 0) + 1
    return list(counts.items())


# ------------------------------------------------------------------ values as data


def _stored(model: type[models.Model]) -> list[models.Field]:
    return [f for f in model._meta.local_concrete_fields if not f.primary_key and not f.generated]


def _values(row: models.Model, names) -> dict[str, Any]:
    """The values of the fields as they are kept: text, or None."""
    kept = {}
    for name in names:
        column = row._meta.get_field(name)
        value = getattr(row, column.attname)
        kept[name] = None if value is None else column.value_to_string(row)
    return kept


def _read(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The kept values, by attribute."""
    read = {}
    for name, value in values.items():
        column = model._meta.get_field(name)
        read[column.attname] = None if value is None else column.to_python(value)
    return read
