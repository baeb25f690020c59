"""Users, roles, organisation units, settings, and the logs of readings and jobs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.model_parts import PhoneField, all_or_none

from .access_models import AccessEvent as AccessEvent
from .access_models import RoleProposal
from .enums import CONFIRMED_ROLES, ImportState, ReadKind, RoleBasis, RoleKind, UnitKind

# A role that opens persons: by its kind, or by its access.
OPENS_PERSONS = (
    models.Q(kind__in=CONFIRMED_ROLES)
    | models.Q(protected_access=True)
    | models.Q(shielded_access=True)
)


class OrganisationUnit(models.Model):
    """A part of the municipality, or a partner organisation, where users work."""

    name = models.CharField(_("navn"), max_length=120, unique=True)
    kind = models.CharField(_("type"), max_length=20, choices=UnitKind)
    phone = PhoneField(_("telefon"), blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    hours = models.CharField(_("åpningstid"), max_length=120, blank=True)
    hours_nn = models.CharField(_("åpningstid på nynorsk"), max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("enhet")
        verbose_name_plural = _("enheter")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """Someone who signs in. Their rights follow from their roles, never from fields here."""

    full_name = models.CharField(_("navn"), max_length=120)
    keyboard_shortcuts = models.BooleanField(_("hurtigtaster på"), default=True)
    daily_summary = models.BooleanField(_("e-post hver morgen med det som venter"), default=False)
    summary_sent_on = models.DateField(null=True, blank=True, editable=False)
    first_name = None
    last_name = None

    class Meta:
        verbose_name = _("bruker")
        verbose_name_plural = _("brukere")
        ordering = ["full_name", "pk"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().split(" ")[0]

    def roles_on(self, on: date) -> list[Role]:
        """The user's roles on a date. Plain SQL: every page asks, and the ORM is slower.

        The one source of what a user may do. A role somebody must confirm is no row here until it
        is confirmed: it is a `RoleProposal`.
        """
        why_it_holds = ("proposal_id", "basis")
        columns = [
            field.column for field in Role._meta.concrete_fields if field.column not in why_it_holds
        ]
        unit_columns = [field.column for field in OrganisationUnit._meta.concrete_fields]
        selected = [*(f"r.{name}" for name in columns), *(f"u.{name}" for name in unit_columns)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(selected)} FROM accounts_role r"
                " JOIN accounts_organisationunit u ON u.id = r.unit_id"
                " WHERE r.user_id = %s AND r.period @> %s::date ORDER BY r.id",
                [self.pk, on],
            )
            rows = cursor.fetchall()
        roles = []
        for row in rows:
            role = Role.from_db(self._state.db, columns, row[: len(columns)])
            role.unit = OrganisationUnit.from_db(self._state.db, unit_columns, row[len(columns) :])
            role.user = self
            roles.append(role)
        return roles

    @cached_property
    def current_roles(self) -> list[Role]:
        # The clock may be read here: the roles of a request are those of today.
        return self.roles_on(timezone.localdate())  # noqa: TID251

    def has_role(self, *kinds: RoleKind) -> bool:
        return any(role.kind in kinds for role in self.current_roles)

    @cached_property
    def sees_protected(self) -> bool:
        """May see persons with a protected address: fortrolig, strengt fortrolig (need S3)."""
        return any(role.protected_access for role in self.current_roles)

    @cached_property
    def sees_shielded(self) -> bool:
        """May see shielded (skjermet) persons: employees of the municipality (need S4)."""
        return any(role.shielded_access for role in self.current_roles)

    @cached_property
    def stands_in_for(self) -> dict[int, date]:
        """The users this one stands in for today, by id, with the first day they are back."""
        # The clock may be read here, as for the roles.
        today = timezone.localdate()  # noqa: TID251
        away = Absence.objects.standing(today).filter(stand_in=self)
        return {absence.user_id: absence.period.upper for absence in away.order_by("pk")}

    @cached_property
    def main_unit(self) -> OrganisationUnit | None:
        return self.current_roles[0].unit if self.current_roles else None


class Role(models.Model):
    """A user's role at a unit, for a half-open period.

    One that opens persons comes of a confirmed `proposal`, or says in `basis` why it does not.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="roles", verbose_name=_("bruker"))
    unit = models.ForeignKey(
        OrganisationUnit, models.PROTECT, related_name="roles", verbose_name=_("enhet")
    )
    kind = models.CharField(_("rolle"), max_length=30, choices=RoleKind)
    period = DateRangeField(_("periode"))
    protected_access = models.BooleanField(
        _("kan se personer med adressebeskyttelse"), default=False
    )
    shielded_access = models.BooleanField(_("kan se skjermede personer"), default=False)
    proposal = models.OneToOneField(
        RoleProposal, models.PROTECT, null=True, blank=True, editable=False, related_name="role"
    )
    basis = models.CharField(max_length=20, choices=RoleBasis, blank=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rolle")
        verbose_name_plural = _("roller")
        constraints = [
            models.CheckConstraint(
                name="role_is_confirmed",
                condition=~OPENS_PERSONS
                | models.Q(proposal__isnull=False)
                | models.Q(basis__in=RoleBasis.values),
                violation_error_message=_(
                    "Rollen må bekreftes av en leder eller personvernombudet."
                ),
            ),
            # Of the same user at the same time, none is of the other sort.
            ExclusionConstraint(
                name="role_admin_opens_nobody",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                    (
                        models.Case(
                            models.When(kind=RoleKind.SYSTEM_ADMIN, then=1),
                            default=2,
                            output_field=models.IntegerField(),
                        ),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
                condition=(models.Q(kind=RoleKind.SYSTEM_ADMIN) | OPENS_PERSONS)
                & ~models.Q(basis=RoleBasis.CLASHED),
                violation_error_message=_(
                    "En systemadministrator ser ikke personopplysninger, og kan ikke samtidig ha "
                    "en rolle som åpner dem."
                ),
            ),
            ExclusionConstraint(
                name="role_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Brukeren har allerede denne rollen i perioden."),
            ),
            models.CheckConstraint(
                name="role_admin_sees_no_persons",
                condition=~models.Q(kind=RoleKind.SYSTEM_ADMIN)
                | models.Q(protected_access=False, shielded_access=False),
                violation_error_message=_(
                    "En systemadministrator ser ikke personopplysninger, "
                    "og kan ikke få tilgang til beskyttede personer."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.unit}"


class AbsenceQuerySet(models.QuerySet):
    def standing(self, on: date) -> Self:
        """Those on the date, with a stand-in who works then in a role of the same kind. One whose
        stand-in has left since stands for nothing: nobody without a role is given anything."""
        roles = Role.objects.filter(user=OuterRef("stand_in"), period__contains=on)
        kinds = Role.objects.filter(user=OuterRef(OuterRef("user"))).values("kind")
        return self.filter(
            Exists(roles.filter(kind__in=kinds)), period__contains=on, stand_in__is_active=True
        )


class Absence(models.Model):
    """A user is away for a half-open period, and another stands in for them (issue 10).

    The stand-in sees the absent user's Min dag and may act; they see only the persons that they
    themselves may see.
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="absences", verbose_name=_("bruker")
    )
    stand_in = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("stedfortreder")
    )
    period = DateRangeField(_("borte"))
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("fravær")
        verbose_name_plural = _("fravær")
        ordering = ["period", "pk"]
        constraints = [
            ExclusionConstraint(
                name="absence_one_stand_in",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Det er allerede ført et fravær i perioden."),
            ),
            models.CheckConstraint(
                name="absence_another_stands_in",
                condition=~models.Q(user=models.F("stand_in")),
                violation_error_message=_("Velg en annen som stedfortreder."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} borte {self.period}"


class Departure(models.Model):
    """What a user holds is handed over to another: on the first day without a role (issue 10).

    `moved` counts what was moved, by the key of its kind; `moved_on` is None until then.
    """

    user = models.ForeignKey(
        User, models.PROTECT, related_name="departures", verbose_name=_("bruker")
    )
    receiver = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("hvem som overtar")
    )
    on = models.DateField(_("fra"))
    moved_on = models.DateField(_("overført"), null=True, blank=True)
    moved = models.JSONField(default=dict)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("overføring av ansvar")
        verbose_name_plural = _("overføringer av ansvar")
        ordering = ["-planned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(moved_on__isnull=True),
                name="departure_one_planned",
                violation_error_message=_("En overføring er allerede planlagt."),
            ),
            models.CheckConstraint(
                name="departure_to_another",
                condition=~models.Q(user=models.F("receiver")),
                violation_error_message=_("Velg en annen til å overta."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.receiver}"


class ReadLogQuerySet(models.QuerySet):
    def of(self, *person_ids: int) -> Self:
        """The responses that showed any of the persons."""
        return self.filter(persons__overlap=list(person_ids))


class ReadLog(models.Model):
    """A response that showed persons: to whom, whom, on which page and in what way (need S2).

    One row a response, written by `middleware.ReadLogMiddleware` (docs/adr/0022). Append-only: a
    trigger in the database refuses UPDATE and DELETE. It holds the persons' keys without foreign
    keys, since this app may not import casework, and the log must outlive a person's record.
    """

    # None: whoever opened a link sent to somebody outside.
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="reads", verbose_name=_("bruker")
    )
    # Whom the page is of comes first, then the others it names.
    persons = ArrayField(models.BigIntegerField(), verbose_name=_("personer"))
    # Those of them the user was responsible for then, or for a case of.
    own = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("egne"))
    page = models.CharField(_("side"), max_length=60)
    kind = models.CharField(_("måte"), max_length=10, choices=ReadKind)
    at = models.DateTimeField(_("tidspunkt"))
    # Only in rows from before migration 0012, which had one person each: it is in their seals.
    only_person = models.BigIntegerField(db_column="person_id", null=True, editable=False)

    objects = ReadLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesing")
        verbose_name_plural = _("leselogg")
        indexes = [
            GinIndex(fields=["persons"], name="readlog_persons"),
            models.Index(fields=["user", "-at"], name="readlog_user"),
            models.Index(fields=["-at", "-id"], name="readlog_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="readlog_kept_person",
                condition=models.Q(only_person__isnull=True)
                | models.Q(persons=[models.F("only_person")]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.persons} {self.at:%Y-%m-%d %H:%M}"


class LogSeal(models.Model):
    """The seal of a block of rows in an append-only table (see `sealing.py`).

    `hashes` has the SHA-256 of each row of `keys`, over the expressions in `sealed`; `seal` binds
    them, and the seal before, together. Append-only.
    """

    table = models.CharField(max_length=63)
    number = models.PositiveBigIntegerField()
    sealed = ArrayField(models.TextField())
    keys = ArrayField(models.BigIntegerField())
    hashes = models.BinaryField()
    seal = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("segl")
        verbose_name_plural = _("segl")
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="log_seal_number")]

    def __str__(self) -> str:
        return f"{self.table} {self.number}"


class LogRemoval(models.Model):
    """Rows removed from a log by the retention plan: the trace they leave. Append-only.

    Written only by the database's own function `varig_remove` (`common.database_roles`).
    """

    table = models.CharField(max_length=63)
    keys = ArrayField(models.BigIntegerField())
    reason = models.CharField(max_length=200)
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("sletting fra logg")
        verbose_name_plural = _("slettinger fra logg")

    def __str__(self) -> str:
        return f"{self.table}: {len(self.keys)}"


class Submission(models.Model):
    """A form that was sent, so that sending it twice has one effect (see `once.py`)."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    result_url = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="submission_at")]

    def __str__(self) -> str:
        return str(self.token)


class Draft(models.Model):
    """What is typed in an unfinished form, kept until it is sent or too old (see `drafts.py`).

    Only its author sees it, on the page it belongs to. It is not part of any person's record; it
    holds the keys of the persons the page shows without foreign keys, as `ReadLog` does.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=300)
    form = models.CharField(max_length=120)
    page = models.CharField(max_length=60, blank=True)  # a key of `reads.PAGES`
    persons = ArrayField(models.BigIntegerField(), default=list)
    data = models.JSONField(default=dict)
    token = models.UUIDField(null=True)  # of the `Submission` the form becomes
    # As on a vedtak (`common.windows`).
    editor = models.CharField(max_length=36, blank=True, editable=False)
    editor_order = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("påbegynt skjema")
        verbose_name_plural = _("påbegynte skjemaer")
        ordering = ["-saved_at", "-pk"]
        indexes = [
            models.Index(fields=["saved_at"], name="draft_saved"),
            GinIndex(fields=["persons"], name="draft_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path", "form"],
                name="draft_of_a_form",
                violation_error_message=_("Skjemaet er allerede påbegynt."),
            ),
        ]

    def __str__(self) -> str:
        return self.form


# The number of a new installation, until somebody writes that of the municipality.
UNKNOWN_NUMBER = "0000"


class Municipality(models.Model):
    """The municipality of this installation: one row."""

    name = models.CharField(_("navn"), max_length=80)
    number = models.CharField(
        _("kommunenummer"),
        max_length=4,
        validators=[RegexValidator(r"^\d{4}$", _("Kommunenummeret har fire siffer."))],
    )
    address = models.CharField(_("postadresse"), max_length=200, blank=True)
    phone = PhoneField(_("telefon"), blank=True)
    hours = models.CharField(_("åpningstid"), max_length=120, blank=True)
    hours_nn = models.CharField(_("åpningstid på nynorsk"), max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommune")
        constraints = [
            models.CheckConstraint(
                name="municipality_one",
                condition=models.Q(pk=1),
                violation_error_message=_("Det finnes bare én kommune i en installasjon."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_set_up(self) -> bool:
        """Whether somebody has written which municipality this is (`UNKNOWN_NUMBER`)."""
        return self.number != UNKNOWN_NUMBER


class Setting(models.Model):
    """A number or list the municipality sets for a period. Keys: `settings_table.KEYS`."""

    key = models.CharField(_("innstilling"), max_length=40)
    value = models.JSONField(_("verdi"))
    valid = DateRangeField(_("gjelder"))
    # With why, when the value is outside what the law says.
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("innstilling")
        verbose_name_plural = _("innstillinger")
        constraints = [
            ExclusionConstraint(
                name="setting_one_at_a_time",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Innstillingen har allerede en verdi i perioden."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class FlagDay(models.Model):
    """The latest day the flags of a kind were judged for: one row a kind of flag.

    A run for an earlier day judges for this day, so the order of runs does not matter
    (`jobs.latest_day`).
    """

    kind = models.CharField(_("gjelder"), max_length=20, primary_key=True)
    day = models.DateField(_("dag"))

    class Meta:
        verbose_name = _("dag for varsler")
        verbose_name_plural = _("dager for varsler")

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class FileImport(models.Model):
    """An uploaded file, what it means row by row, and how far taking it in has come (need X1).

    A file about persons is thrown away when it has been taken in. `rows_done` is the last row
    taken in, for files that are taken in row by row.
    """

    kind = models.CharField(_("gjelder"), max_length=40)
    file_name = models.CharField(_("filnavn"), max_length=200)
    content = models.BinaryField()
    state = models.CharField(_("status"), max_length=20, choices=ImportState)
    report = models.JSONField(_("rapport"), default=dict, blank=True)
    error = models.CharField(_("hva som gikk galt"), max_length=300, blank=True)
    digest = models.CharField(max_length=32, blank=True, editable=False)
    with_changes = models.BooleanField(_("også endringer"), default=False)
    rows_done = models.PositiveIntegerField(_("tatt inn til og med rad"), default=0)
    uploaded_at = models.DateTimeField(_("lastet opp"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("sagt ja til"), null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("stoppet"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("import av fil")
        verbose_name_plural = _("importer av filer")
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["kind", "-uploaded_at"], name="fileimport_kind")]
        constraints = [
            all_or_none("fileimport_confirmed_at_by", "confirmed_at", "confirmed_by"),
            all_or_none("fileimport_cancelled_at_by", "cancelled_at", "cancelled_by"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        return self.state in ImportState.running()

    @property
    def is_reading(self) -> bool:
        return self.state == ImportState.READING

    @property
    def is_read(self) -> bool:
        return self.state == ImportState.READ

    @property
    def is_applied(self) -> bool:
        return self.state == ImportState.APPLIED

    @property
    def is_failed(self) -> bool:
        return self.state == ImportState.FAILED

    @property
    def is_cancelled(self) -> bool:
        return self.state == ImportState.CANCELLED


class JobRun(models.Model):
    """A run of a job: for which date, when, and what it did (need T8). See `accounts.jobs`.

    Holds counts, times and the class of an error only. A run that was killed has no end.
    """

    job = models.CharField(_("jobb"), max_length=40)
    for_date = models.DateField(_("for dato"))
    started_at = models.DateTimeField(_("startet"))
    ended_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    raised = models.PositiveIntegerField(_("nye varsler"), default=0)
    closed = models.PositiveIntegerField(_("avsluttet"), default=0)
    failed = models.CharField(_("feil"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("kjøring av jobb")
        verbose_name_plural = _("kjøringer av jobber")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["job", "-started_at", "-id"], name="jobrun_latest")]

    def __str__(self) -> str:
        return f"{self.job} {self.for_date}"

    @property
    def is_good(self) -> bool:
        return self.ended_at is not None and not self.failed

    @property
    def seconds(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None
