"""Persons, their households, and who may see them (needs C1, C2, S3, S4)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.enums import (
    OWN_HOUSEHOLD,
    PROTECTED,
    VEDTAK_OPEN,
    IdKind,
    LanguageForm,
    LetterWay,
    LivingArrangement,
    MemberRelation,
    PreferredChannel,
    Protection,
    RepresentativeKind,
    Sex,
    VedtakState,
)
from casework.log.visibility import visible_persons
from common import calendar, national_id
from common.model_parts import PhoneField
from common.shown import NamingField
from common.sorting import norwegian_key

if TYPE_CHECKING:
    from accounts.models import User


HIDDEN_FOR_ADDRESS = Q(protection__in=PROTECTED) | Q(beside_protected=True)
HIDDEN_AS_SHIELDED = Q(shielded=True) | Q(beside_shielded=True)


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Persons the user may see. A merged record is left out: its survivor is shown."""
        return self.filter(visible_persons(user), merged_into__isnull=True)

    def hidden_from(self, user: User) -> Self:
        """Persons a caseworker may not see. They are few, so counting all minus these is fast."""
        hidden = Q(pk__in=[])
        if not user.sees_protected:
            hidden |= HIDDEN_FOR_ADDRESS
        if not user.sees_shielded:
            hidden |= HIDDEN_AS_SHIELDED
        return self.filter(hidden)

    def hidden_from_some(self) -> Self:
        """Persons a caseworker without any access may not see, for what many read."""
        return self.filter(HIDDEN_FOR_ADDRESS | HIDDEN_AS_SHIELDED)

    def followed_by(self, user: User) -> Self:
        """Persons the user, or one they stand in for, has a duty towards: is caseworker for them or
        a case of theirs, writes or approves a vedtak in it, or owns a plan, handover or flag."""
        me = [user.pk, *user.stands_in_for]
        mine = (
            Q(responsible__in=me),
            Q(applications__responsible__in=me),
            Q(applications__vedtak__drafted_by__in=me, applications__vedtak__state__in=VEDTAK_OPEN),
            Q(
                applications__vedtak__approver__in=me,
                applications__vedtak__state=VedtakState.SUBMITTED,
            ),
            Q(plans__owner__in=me, plans__settled_on__isnull=True),
            Q(handovers__acknowledged_by__in=me, handovers__done_at__isnull=True),
            Q(flags__owner__in=me, flags__closed_on__isnull=True),
        )
        # Each by itself: joined in one query, the rows of one multiply those of the others. And of
        # each person, who are few where this is asked, not of all the user has ever had.
        of = Q()
        for one in mine:
            of |= Q(Exists(self.model.objects.filter(one, pk=OuterRef("pk")).order_by()))
        return self.filter(of)

    def matching(self, text: str) -> Self:
        """By name (any part, any order), or by a whole national id or DUF number: one the person
        has, or had before."""
        digits = text.replace(" ", "")
        if digits.isdigit() and len(digits) in (11, 12):
            has_number = Q(national_id=digits) | Q(duf=digits)
            had_it = self.model.history.filter(has_number).values("id")
            holders = self.model.objects.filter(has_number | Q(pk__in=had_it))
            merged = holders.filter(merged_into__isnull=False)
            return self.filter(
                Q(pk__in=holders.values("pk")) | Q(pk__in=merged.values("merged_into"))
            )
        for part in text.lower().split():
            self = self.filter(search_name__contains=part)
        return self


class HouseholdQuerySet(models.QuerySet):
    def of(self, person, on: date) -> Self:
        """Households the person belongs to on the date."""
        return self.filter(members__person=person, members__period__contains=on)


POSTCODE = RegexValidator(r"^\d{4}$", _("Postnummeret har fire siffer."))


class Person(models.Model):
    """Someone the municipality helps, or who lives with someone it helps.

    Birth date and sex are as registered, never derived from the national id (need C1).
    Always read through `Person.objects.visible_to(user)`.
    """

    # One of them is enough: many people have one name only.
    first_name = NamingField(_("fornavn"), max_length=80, blank=True)
    last_name = NamingField(_("etternavn"), max_length=80, blank=True)
    sort_name = models.CharField(max_length=200, editable=False, db_collation="C")
    search_name = models.GeneratedField(
        expression=Lower(
            Concat(F("first_name"), Value(" "), F("last_name"), output_field=models.TextField())
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    id_kind = models.CharField(_("type nummer"), max_length=10, choices=IdKind)
    national_id = NamingField(_("fødselsnummer eller D-nummer"), max_length=11, blank=True)
    duf = NamingField(_("DUF-nummer"), max_length=12, blank=True)
    birth_date = models.DateField(_("fødselsdato"), null=True, blank=True)
    sex = models.CharField(
        _("kjønn, slik det er registrert"), max_length=10, choices=Sex, default=Sex.UNKNOWN
    )
    phone = PhoneField(_("telefon"), blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    preferred_channel = models.CharField(
        _("vil helst nås på"), max_length=10, choices=PreferredChannel, blank=True
    )
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(
        _("postnummer"),
        max_length=4,
        blank=True,
        validators=[POSTCODE],
    )
    city = models.CharField(_("poststed"), max_length=60, blank=True)
    language = models.CharField(_("språk"), max_length=40, blank=True)
    interpreter = models.BooleanField(_("ønsker tolk i møter"), default=False)
    language_form = models.CharField(
        _("målform i brev"), max_length=2, choices=LanguageForm, default=LanguageForm.BOKMAL
    )
    letter_agreement = models.CharField(
        _("avtale om brev"),
        max_length=160,
        blank=True,
        help_text=_("Hvordan brev når fram, når de ikke skal i posten på vanlig måte."),
    )
    letter_way = models.CharField(
        _("brev går"), max_length=10, choices=LetterWay, default=LetterWay.PAPER
    )
    protection = models.CharField(
        _("adressebeskyttelse"), max_length=30, choices=Protection, default=Protection.NONE
    )
    shielded = models.BooleanField(_("skjermet (ansatt i kommunen)"), default=False)
    # Shares, or has shared, a household with somebody protected, or shielded: their case tells of
    # the other. Only the database writes them (migration 0025, docs/adr/0017).
    beside_protected = models.BooleanField(default=False, editable=False)
    beside_shielded = models.BooleanField(default=False, editable=False)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responsible_for",
        verbose_name=_("saksbehandler"),
    )
    # The record this one was merged into. A merged record is in no list (need C4).
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("slått sammen med"),
    )
    created_at = models.DateTimeField(_("registrert"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords(excluded_fields=["beside_protected", "beside_shielded"])

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        ordering = ["sort_name", "pk"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="person_sort"),
            models.Index(fields=["birth_date"], name="person_born", include=["id"]),
            models.Index(fields=["responsible", "sort_name", "id"], name="person_responsible"),
            # The few hidden persons, which a count subtracts (see `hidden_from`).
            models.Index(
                fields=["id"],
                name="person_hidden",
                condition=HIDDEN_FOR_ADDRESS | HIDDEN_AS_SHIELDED,
            ),
            GinIndex(fields=["search_name"], name="person_search", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["national_id"],
                condition=~Q(national_id=""),
                name="person_national_id_once",
                violation_error_message=_("En person med dette nummeret er allerede registrert."),
            ),
            models.UniqueConstraint(
                fields=["duf"],
                condition=~Q(duf=""),
                name="person_duf_once",
                violation_error_message=_(
                    "En person med dette DUF-nummeret er allerede registrert."
                ),
            ),
            models.CheckConstraint(
                name="person_id_matches_kind",
                condition=Q(id_kind=IdKind.NATIONAL, duf="") & ~Q(national_id="")
                | Q(id_kind=IdKind.DUF, national_id="") & ~Q(duf="")
                | Q(id_kind=IdKind.NONE, national_id="", duf=""),
                violation_error_message=_("Skriv nummeret, eller velg at nummeret ikke er kjent."),
            ),
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~Q(first_name="", last_name=""),
                violation_error_message=_("Skriv navnet."),
            ),
            models.CheckConstraint(
                name="person_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                violation_error_message=_("En person kan ikke slås sammen med seg selv."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_name = norwegian_key(self.listed_name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.national_id:
            try:
                self.national_id = national_id.parse(self.national_id).value
            except national_id.InvalidNationalId as error:
                raise ValidationError({"national_id": str(error)}) from error

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def called(self) -> str:
        """The name in a sentence: the first name, or the only one."""
        return self.first_name or self.last_name

    @property
    def listed_name(self) -> str:
        """The name in a list: «Myrland, Hanne», or the only one."""
        return ", ".join(filter(None, (self.last_name, self.first_name)))

    @property
    def tab_name(self) -> str:
        """The name for a browser's tab, which its history keeps: never of a protected person."""
        return gettext("Person") if self.is_protected else self.name

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in (self.first_name, self.last_name) if part)

    @property
    def agreed_on_letters(self) -> bool:
        """Whether letters reach the person in another way than by post to the address."""
        return bool(self.letter_agreement.strip()) or self.letter_way != LetterWay.PAPER

    @property
    def is_protected(self) -> bool:
        return self.protection in PROTECTED

    @property
    def needs_protected_access(self) -> bool:
        """Only users who see protected persons see this one."""
        return self.is_protected or self.beside_protected

    @property
    def needs_shielded_access(self) -> bool:
        """Only users who see shielded persons see this one."""
        return self.shielded or self.beside_shielded

    @property
    def prefers_sms(self) -> bool:
        return self.preferred_channel == PreferredChannel.SMS

    def age(self, on: date) -> int | None:
        """Whole years on the date; None when the birth date is not known, or is still to come."""
        born = self.birth_date
        return calendar.age(born, on) if born and born <= on else None


class Household(models.Model):
    """People who live, or will live, together. Its members change over time (need C2)."""

    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("husstand")
        verbose_name_plural = _("husstander")

    def __str__(self) -> str:
        return f"Husstand {self.pk}"


class HouseholdMember(models.Model):
    """A person belongs to a household for a period; a child may belong to two (delt bosted)."""

    # The user types the first day outside: «flyttet ut», «ute fra». See `common.changes`.
    ENDS_WITH_DAY_AFTER = True

    household = models.ForeignKey(Household, models.CASCADE, related_name="members")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    relation = models.CharField(_("relasjon"), max_length=20, choices=MemberRelation)
    living = models.CharField(
        _("bor"), max_length=10, choices=LivingArrangement, default=LivingArrangement.PERMANENT
    )
    nights = models.PositiveSmallIntegerField(
        _("netter her på fjorten dager"), null=True, blank=True
    )
    period = DateRangeField(_("periode"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("husstandsmedlem")
        verbose_name_plural = _("husstandsmedlemmer")
        constraints = [
            ExclusionConstraint(
                name="member_once_in_household",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Personen er allerede med i husstanden i perioden."),
            ),
            ExclusionConstraint(
                name="household_one_head",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(relation=MemberRelation.SELF),
                violation_error_message=_("Husstanden har allerede en hovedperson i perioden."),
            ),
            ExclusionConstraint(
                name="adult_in_one_household",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(relation__in=[*OWN_HOUSEHOLD]),
                violation_error_message=_(
                    "Personen er allerede hovedperson eller partner i en husstand i perioden."
                ),
            ),
            models.CheckConstraint(
                name="member_nights_of_fourteen",
                condition=Q(nights__isnull=True)
                | Q(nights__range=(1, 13)) & ~Q(living=LivingArrangement.PERMANENT),
                violation_error_message=_(
                    "Skriv 1 til 13 netter, og bare for delt bosted eller samvær."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ({self.get_relation_display()})"

    @property
    def is_visiting(self) -> bool:
        return self.living == LivingArrangement.VISITING

    @property
    def lives_in_two_homes(self) -> bool:
        return self.living == LivingArrangement.SHARED


PROTECTED_ADDRESS = _(
    "En beskyttet adresse skal ikke stå her. Ta bort adressen, og skriv under «Avtale om brev» "
    "hvordan kopien når fram."
)


class Representative(models.Model):
    """Someone who acts or speaks for the person, for a time (need C3)."""

    # The user types the first day outside: «flyttet ut», «ute fra». See `common.changes`.
    ENDS_WITH_DAY_AFTER = True

    person = models.ForeignKey(Person, models.CASCADE, related_name="representatives")
    kind = models.CharField(_("type"), max_length=20, choices=RepresentativeKind)
    name = models.CharField(_("navn"), max_length=120)
    relation = models.CharField(_("relasjon"), max_length=60, blank=True)
    phone = PhoneField(_("telefon"), blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("postnummer"), max_length=4, blank=True, validators=[POSTCODE])
    city = models.CharField(_("poststed"), max_length=60, blank=True)
    is_protected = models.BooleanField(_("har adressebeskyttelse"), default=False)
    # How copies of letters arrive when there is no address, or a protected one.
    letter_agreement = models.CharField(_("avtale om kopi av brev"), max_length=200, blank=True)
    scope = models.CharField(_("gjelder"), max_length=200, blank=True)
    period = DateRangeField(_("periode"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("representant")
        verbose_name_plural = _("representanter")
        constraints = [
            models.CheckConstraint(
                name="representative_protected_has_no_address",
                condition=models.Q(is_protected=False) | models.Q(address="", postcode="", city=""),
                violation_error_message=PROTECTED_ADDRESS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    @property
    def receives_letters(self) -> bool:
        """Proxies and guardians get a copy of every letter (fvl. § 12), and who represents the
        estate gets the letters themselves; a spokesperson gets none."""
        return self.kind != RepresentativeKind.SPOKESPERSON

    @property
    def sent_to(self) -> str:
        """The address for copies, in one line; "" when it is unknown or protected."""
        if self.is_protected:
            return ""
        place = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (self.address, place) if part)

    @property
    def is_reached(self) -> bool:
        """Whether a copy can arrive: by post to the address, or as agreed."""
        has_address = self.address and (self.postcode or self.city) and not self.is_protected
        return bool(has_address or self.letter_agreement.strip())
