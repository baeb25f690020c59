"""Merges two records of the same person, and undoes a merge (need C4).

Every row with a foreign key to the loser is moved to the survivor, also from tables added later.
Not moved: history, the read log (append-only, without a foreign key: the survivor's report reads
both keys), and what the survivor already has. A household membership that collides with one of
the survivor's is deleted, and stored so that undoing restores it. An open flag the survivor also
has is deleted; its job raises it again if the merge is undone.

Locks (docs/adr/0006): the two persons first, then each row as it moves, flags last. A row that
another transaction writes meanwhile is saved on the loser, and fetched as soon as that transaction
has ended; what is written later goes to the survivor by itself (`kept_record`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts import drafts
from casework.log import events
from casework.log.enums import OWN_HOUSEHOLD, IdKind, Protection
from casework.log.event_kinds import CaseEvent
from casework.log.models import Flag
from common.errors import RuleBroken, explain_integrity_error
from common.formatting import nbdate
from common.locking import locked

from ..drafts import PAGES_OF_PERSON
from ..kept_record import relations
from ..models import HouseholdMember, Person, PersonMerge
from .persons import lock_persons

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger("casework.merging")
# The fields the user chooses between, in groups that are chosen together.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "number": ("id_kind", "national_id", "duf"),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "phone": ("phone",),
    "email": ("email",),
    "preferred_channel": ("preferred_channel",),
    "address": ("address", "postcode", "city"),
    "letters": ("letter_way", "letter_agreement"),
    "language": ("language", "interpreter"),
    "language_form": ("language_form",),
    "responsible": ("responsible_id",),
}
STRICTEST = list(Protection)  # in the order they are defined: each hides more than the one before


class MergeRefused(RuleBroken):
    """The two records cannot be merged, or the merge cannot be undone, as they are now."""


def differing_groups(survivor: Person, loser: Person) -> list[str]:
    """The groups of fields in which the two records differ, in the order of the form."""
    return [
        group
        for group, names in CHOICES.items()
        if any(getattr(survivor, name) != getattr(loser, name) for name in names)
    ]


@transaction.atomic
def merge_persons(
    *,
    survivor: Person,
    loser: Person,
    from_loser: Collection[str],
    reason: str,
    by: User,
    at: datetime,
) -> PersonMerge:
    """Merge the loser into the survivor. `from_loser` names the groups taken from the loser.

    Raises `MergeRefused`, with a message, when rows of the two cannot belong to one person.
    """
    if survivor.pk == loser.pk:
        raise MergeRefused(_("Dette er samme oppføring. Velg en annen."))
    both = lock_persons(survivor.pk, loser.pk, merged=True)
    survivor, loser = both[survivor.pk], both[loser.pk]
    if loser.merged_into_id or survivor.merged_into_id:
        raise MergeRefused(_("En av dem er allerede slått sammen med en annen."))
    merge = PersonMerge(survivor=survivor, loser=loser, reason=reason, merged_at=at, merged_by=by)
    merge.moved, merge.removed = _move_all(survivor, loser)
    if "number" in from_loser:
        merge.taken = {name: getattr(loser, name) for name in CHOICES["number"]}
        loser.id_kind, loser.national_id, loser.duf = IdKind.NONE, "", ""
    loser.merged_into = survivor
    _save(loser, by)
    merge.values = _choose(survivor, loser, from_loser, merge.taken)
    _save(survivor, by)
    merge.save()
    drafts.follow_merge(loser.pk, survivor.pk, PAGES_OF_PERSON)
    transaction.on_commit(lambda: _fetch_late_rows(survivor.pk, loser.pk))
    text = _("To oppføringer av samme person er slått sammen. %(reason)s") % {"reason": reason}
    events.record(survivor, CaseEvent.PERSON_MERGED, text, by=by, at=at, merge=merge.pk)
    return merge


def _save(person: Person, by: User) -> None:
    person._history_user = by
    person.save()


def _choose(
    survivor: Person, loser: Person, from_loser: Collection[str], taken: dict[str, Any]
) -> dict[str, list[Any]]:
    """Set the chosen values; the stricter protection and shielding of the two is kept."""
    wanted = {
        name: taken.get(name, getattr(loser, name))
        for group in from_loser
        for name in CHOICES[group]
    }
    wanted["protection"] = max(survivor.protection, loser.protection, key=STRICTEST.index)
    wanted["shielded"] = survivor.shielded or loser.shielded
    changed = {}
    for name, value in wanted.items():
        before = getattr(survivor, name)
        if before != value:
            changed[name] = [_as_json(before), _as_json(value)]
            setattr(survivor, name, value)
    return changed


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# ------------------------------------------------------------------ what moves


def _relations() -> list[models.ForeignKey]:
    return sorted(relations(), key=lambda field: field.model is Flag)


def _move_all(survivor: Person, loser: Person) -> tuple[list[dict[str, Any]], list[dict]]:
    moved = _move_households(survivor, loser)
    removed = _take_out_memberships(survivor, loser)
    for field in _relations():
        rows = field.model._base_manager.filter(**{field.name: loser})
        if field.model is Flag:
            rows = rows.exclude(pk__in=_flags_of_both(survivor, loser))
        moved.append(_move(rows, field, loser.pk, survivor.pk))
    return [move for move in moved if move["rows"]], removed


def _flags_of_both(survivor: Person, loser: Person) -> list[int]:
    """The loser's flags that the survivor also has. The open ones are deleted."""
    own = set(Flag.objects.filter(person=survivor).values_list("kind", "key"))
    same = [flag for flag in Flag.objects.filter(person=loser) if (flag.kind, flag.key) in own]
    Flag.objects.filter(pk__in=[flag.pk for flag in same], closed_on__isnull=True).delete()
    return [flag.pk for flag in same]


def _move(rows, field: models.ForeignKey, old: int, new: int) -> dict[str, Any]:
    """Point these rows to the survivor. A broken constraint is raised as `MergeRefused`."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    try:
        with transaction.atomic():
            field.model._base_manager.filter(pk__in=keys).update(**{field.attname: new})
    except IntegrityError as error:
        raise MergeRefused(
            _(
                "%(what)s til de to kan ikke være til én person: %(why)s "
                "Rett det først, og slå dem sammen etterpå."
            )
            % {
                "what": str(field.model._meta.verbose_name_plural).capitalize(),
                "why": explain_integrity_error(error) or _("de overlapper."),
            }
        ) from error
    return {
        "model": field.model._meta.label_lower,
        "field": field.attname,
        "rows": {str(key): [old, new] for key in keys},
    }


def _take_out_memberships(survivor: Person, loser: Person) -> list[dict[str, Any]]:
    """Delete the loser's memberships that collide with the survivor's; return them as data."""
    survivor_memberships = list(HouseholdMember.objects.filter(person=survivor))
    colliding = [
        membership
        for membership in HouseholdMember.objects.filter(person=loser).order_by("pk")
        if any(
            _overlap(membership.period, own.period)
            and (
                membership.household_id == own.household_id
                or (membership.relation in OWN_HOUSEHOLD and own.relation in OWN_HOUSEHOLD)
            )
            for own in survivor_memberships
        )
    ]
    removed = [
        {
            "pk": member.pk,
            "household": member.household_id,
            "relation": member.relation,
            "living": member.living,
            "nights": member.nights,
            "since": member.period.lower.isoformat(),
            "until": member.period.upper.isoformat() if member.period.upper else None,
        }
        for member in colliding
    ]
    HouseholdMember.objects.filter(pk__in=[member.pk for member in colliding]).delete()
    return removed


def _overlap(first, second) -> bool:
    return (first.upper is None or second.lower < first.upper) and (
        second.upper is None or first.lower < second.upper
    )


def _move_households(survivor: Person, loser: Person) -> list[dict[str, Any]]:
    """Where both headed a household at the same time, move the loser's into the survivor's.

    Members move unless they are there already; the household's applications move too.
    """
    moved_members: dict[str, list[int]] = {}
    moved_applications: dict[str, list[int]] = {}
    survivor_heads = HouseholdMember.objects.filter(person=survivor, relation__in=OWN_HOUSEHOLD)
    loser_heads = HouseholdMember.objects.filter(person=loser, relation__in=OWN_HOUSEHOLD)
    for head in loser_heads.order_by("pk"):
        target = next(
            (member for member in survivor_heads if _overlap(member.period, head.period)), None
        )
        if target is None or target.household_id == head.household_id:
            continue
        from_to = [head.household_id, target.household_id]
        applications = head.household.applications.all()
        moved_applications |= {str(pk): from_to for pk in applications.values_list("pk", flat=True)}
        applications.update(household=target.household_id)
        residents = list(HouseholdMember.objects.filter(household=target.household_id))
        for other in HouseholdMember.objects.filter(household=head.household_id).exclude(
            person=loser
        ):
            if other.person_id == survivor.pk or any(
                member.person_id == other.person_id and _overlap(member.period, other.period)
                for member in residents
            ):
                continue
            moved_members[str(other.pk)] = from_to
            HouseholdMember.objects.filter(pk=other.pk).update(household=target.household_id)
    return [
        {"model": "casework.householdmember", "field": "household_id", "rows": moved_members},
        {"model": "casework.application", "field": "household_id", "rows": moved_applications},
    ]


def _fetch_late_rows(survivor: int, loser: int) -> None:
    """Move what others wrote on the loser while it was merged."""
    with transaction.atomic():
        # Waits for all who have written a row that points to the loser, and holds nothing itself.
        locked(Person.objects.filter(merged_into=survivor), loser, no_key=False)
    for field in _relations():
        rows = field.model._base_manager.filter(**{field.name: loser})
        if field.model is Flag:
            rows = rows.filter(closed_on__isnull=True)
        for key in rows.order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    rows.filter(pk=key).update(**{field.attname: survivor})
            except IntegrityError:  # the survivor has one already; the row stays, and is named
                logger.warning(
                    "a row of a merged person could not be moved",
                    extra={"event": f"{field.model._meta.label_lower}:{key}"},
                )


# ------------------------------------------------------------------ undoing


@transaction.atomic
def undo_merge(*, merge: PersonMerge, by: User, at: datetime) -> Person:
    """Undo a merge: move back everything it moved. Raises `MergeRefused` when it cannot.

    What was written after the merge stays with the survivor. Returns the restored person.
    """
    # Locked, so that it is undone once.
    merge = locked(PersonMerge.objects.all(), merge.pk)
    if merge.undone_at is not None:
        raise MergeRefused(
            _("Sammenslåingen er allerede angret %(on)s.") % {"on": nbdate(merge.undone_at)}
        )
    both = lock_persons(merge.survivor_id, merge.loser_id, merged=True)
    survivor, loser = both[merge.survivor_id], both[merge.loser_id]
    if survivor.merged_into_id:
        raise MergeRefused(_("Oppføringen er siden slått sammen med en annen. Angre det først."))
    later = PersonMerge.objects.filter(
        survivor=survivor, undone_at__isnull=True, merged_at__gt=merge.merged_at
    )
    if later.exists():
        raise MergeRefused(_("Det er slått sammen flere siden. Angre den siste først."))
    _put_values_back(survivor, loser, merge)
    # The survivor's own number is free before the loser takes it back.
    _save(survivor, by)
    loser.merged_into = None
    _save(loser, by)
    for moved in merge.moved:
        _lock(moved)
    for moved in reversed(merge.moved):
        _move_back(moved)
    _put_memberships_back(merge)
    merge.undone_at, merge.undone_by = at, by
    merge.save(update_fields=["undone_at", "undone_by"])
    text = _("Sammenslåingen er angret: dette er to personer.")
    events.record(survivor, CaseEvent.PERSON_PARTED, text, by=by, at=at, merge=merge.pk)
    events.record(loser, CaseEvent.PERSON_PARTED, text, by=by, at=at, merge=merge.pk)
    return loser


def _put_values_back(survivor: Person, loser: Person, merge: PersonMerge) -> None:
    """Restore the values, except those changed since; `MergeRefused` for a changed number."""
    for name, (before, after) in merge.values.items():
        now = _as_json(getattr(survivor, name))
        if now == after:
            is_date = name == "birth_date" and before is not None
            setattr(survivor, name, date.fromisoformat(before) if is_date else before)
        elif name in CHOICES["number"]:
            raise MergeRefused(
                _("Nummeret er endret etter sammenslåingen. Sett det tilbake først.")
            )
    for name, value in merge.taken.items():
        setattr(loser, name, value)


def _put_memberships_back(merge: PersonMerge) -> None:
    try:
        with transaction.atomic():
            for stored in merge.removed:
                member = HouseholdMember(
                    pk=stored["pk"],
                    household_id=stored["household"],
                    person_id=merge.loser_id,
                    relation=stored["relation"],
                    living=stored["living"],
                    nights=stored["nights"],
                    period=DateRange(
                        date.fromisoformat(stored["since"]),
                        date.fromisoformat(stored["until"]) if stored["until"] else None,
                    ),
                )
                member.save(force_insert=True)
    except IntegrityError as error:
        raise MergeRefused(
            _("Husstanden er endret siden: %(why)s")
            % {"why": explain_integrity_error(error) or _("medlemmene overlapper.")}
        ) from error


def _lock(moved: dict[str, Any]) -> None:
    rows = apps.get_model(moved["model"])._base_manager.filter(pk__in=moved["rows"])
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _move_back(moved: dict[str, Any]) -> None:
    model = apps.get_model(moved["model"])
    field = moved["field"]
    now = dict(
        model._base_manager.filter(pk__in=moved["rows"]).values_list("pk", field).order_by("pk")
    )
    back: dict[int, list[int]] = {}
    for key, (old, new) in moved["rows"].items():
        if int(key) not in now:
            continue  # deleted since, so there is nothing to move back
        if now[int(key)] != new:
            raise MergeRefused(
                _("%(what)s er flyttet siden, og kan ikke settes tilbake av seg selv.")
                % {"what": str(model._meta.verbose_name_plural).capitalize()}
            )
        back.setdefault(old, []).append(int(key))
    try:
        with transaction.atomic():
            for old, keys in back.items():
                model._base_manager.filter(pk__in=keys).update(**{field: old})
    except IntegrityError as error:
        raise MergeRefused(
            _("%(what)s kan ikke settes tilbake: %(why)s")
            % {
                "what": str(model._meta.verbose_name_plural).capitalize(),
                "why": explain_integrity_error(error) or _("de overlapper."),
            }
        ) from error


def moved_counts(merge: PersonMerge) -> list[tuple[str, int]]:
    """What was moved: «Søknader», 2."""
    return [
        (
            str(apps.get_model(moved["model"])._meta.verbose_name_plural).capitalize(),
            len(moved["rows"]),
        )
        for moved in merge.moved
        if moved["field"] == "person_id"
    ]
