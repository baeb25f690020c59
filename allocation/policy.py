"""The priority policy: classes and order, never points (needs A1, A2).

A policy version is data (`models.PriorityPolicy`): classes in order, each with conditions, and
tie-breakers. Each condition and tie-breaker is one object here, with its SQL, its Python and its
texts, so that the computed list and the explanation of one case agree.
Source: rules-and-scenarios.md, «Priority policy».
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.log.enums import ApplicationKind
from common import calendar
from common.errors import RuleBroken
from common.formatting import days_nb, listed, nbdate

from .facts import HOMELESS_INSTITUTION_MONTHS, Facts

MOST_DAYS = 3650  # a larger argument is a typing error


class PolicyInvalid(RuleBroken):
    """A policy with an error. The sentence names the place, such as `classes[1].any[0]`."""


class NoPolicy(RuleBroken):
    """No policy is in force on the date."""


# ------------------------------------------------------------------ conditions


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One fact that can decide a class. `n` is its argument, 0 when it takes none."""

    name: str
    label: Any  # the condition in words, to stand after «hvis»
    sql: Callable[[int], str]  # over the facts row `f`; NULL counts as false
    holds: Callable[[Facts, int], bool]
    short: Callable[[Facts, int], str]  # for a row of the list
    sentence: Callable[[Facts, int], str]  # the fact, with its dates
    takes: str = ""  # the unit of its argument: "days" or "years"
    turns: Callable[[Facts, int], list[date]] = lambda f, n: []  # days when it may change by itself


def _until(day: date | None, n: int) -> list[date]:
    return [day - timedelta(days=n)] if day else []


def _birthday(born: date | None, years: int) -> list[date]:
    """The day somebody gets that old; 1 March when born on 29 February (common.calendar)."""
    if born is None:
        return []
    day = calendar.add_months(born, 12 * years)
    return [day + timedelta(days=1) if day.day != born.day else day]


def _homeless_turns(f: Facts, n: int) -> list[date]:
    if f.discharge_on is None:
        return []
    near = calendar.add_months(f.discharge_on, -HOMELESS_INSTITUTION_MONTHS)
    return [near + timedelta(days=d) for d in range(-1, 4)]  # months differ in length


def _homeless_because(f: Facts, n: int) -> str:
    if not f.homeless_now:
        return _("Er bostedsløs: skal ut fra institusjon eller fengsel %(day)s uten bolig.") % {
            "day": nbdate(f.discharge_on)
        }
    if f.on_street:
        return _("Er bostedsløs: har ikke noe sted å sove.")
    if f.in_temporary:
        return _("Er bostedsløs: bor i midlertidig bolig siden %(day)s.") % {
            "day": nbdate(f.temporary_since)
        }
    if f.with_others:
        return _("Er bostedsløs: bor hos familie eller venner i mangel av egen bolig.")
    if f.trial:
        return _("Er bostedsløs: bor i treningsleilighet for en periode.")
    if f.makeshift:
        return _("Er bostedsløs: bor i campingvogn, båt eller lignende.")
    return _("Er bostedsløs: har ikke noe sted å bo.")


def _in_days(day: date | None, on: date) -> str:
    """«om 4 dager (24.11.2026)», «i dag», «for 3 dager siden (17.11.2026)»."""
    if day is None:
        return ""
    left = (day - on).days
    if left == 0:
        return _("i dag")
    if left < 0:
        return _("for %(days)s siden (%(day)s)") % {"days": days_nb(-left), "day": nbdate(day)}
    return _("om %(days)s (%(day)s)") % {"days": days_nb(left), "day": nbdate(day)}


def _children(n: int) -> str:
    return ngettext("%(n)d barn", "%(n)d barn", n) % {"n": n}


CONDITIONS: dict[str, Condition] = {
    condition.name: condition
    for condition in (
        Condition(
            name="no_place_tonight",
            label=gettext_lazy("det ikke finnes et sted å sove i natt"),
            sql=lambda n: "f.no_place",
            holds=lambda f, n: f.no_place,
            short=lambda f, n: _("Uten sted å sove i natt"),
            sentence=lambda f, n: (
                _("Har ikke noe sted å sove i natt.")
                if f.on_street
                else _("Har søkt om midlertidig bolig og har ikke noe sted å være.")
            ),
        ),
        Condition(
            name="homeless",
            label=gettext_lazy("personen er bostedsløs"),
            sql=lambda n: (
                "(NOT f.has_home AND (f.in_temporary OR f.with_others OR f.trial OR"
                " f.makeshift OR f.no_place)"
                " OR coalesce(f.discharge_on <= (%(on)s::date"
                f" + interval '{HOMELESS_INSTITUTION_MONTHS} months')::date, false))"
            ),
            holds=lambda f, n: f.homeless,
            short=lambda f, n: _("Bostedsløs"),
            sentence=_homeless_because,
            turns=_homeless_turns,
        ),
        Condition(
            name="temporary_days_over",
            takes="days",
            label=gettext_lazy("det er mer enn %(n)s dager i midlertidig bolig"),
            sql=lambda n: f"f.temporary_days > {n}",
            holds=lambda f, n: f.temporary_days > n,
            short=lambda f, n: _("Over %(n)d dager i midlertidig bolig") % {"n": n},
            sentence=lambda f, n: (
                _("Har bodd %(days)s i midlertidig bolig, siden %(since)s. Grensen er %(n)d.")
                % {
                    "days": days_nb(f.temporary_days),
                    "since": nbdate(f.temporary_since),
                    "n": n,
                }
            ),
            turns=lambda f, n: (
                [f.on + timedelta(days=n + 1 - f.temporary_days)] if f.in_temporary else []
            ),
        ),
        Condition(
            name="children_in_household",
            label=gettext_lazy("det er barn i husstanden"),
            sql=lambda n: "f.children > 0",
            holds=lambda f, n: f.children > 0,
            short=lambda f, n: _("Barn i husstanden"),
            sentence=lambda f, n: (
                _("Har %(children)s under 18 år i husstanden.")
                % {"children": _children(f.children)}
            ),
        ),
        Condition(
            name="child_in_temporary",
            label=gettext_lazy("det er barn i midlertidig bolig"),
            sql=lambda n: "(f.in_temporary AND f.children_living > 0)",
            holds=lambda f, n: f.in_temporary and f.children_living > 0,
            short=lambda f, n: _("Barn i midlertidig bolig"),
            sentence=lambda f, n: (
                _("Har %(children)s som bor fast eller delt, og bor i midlertidig bolig.")
                % {"children": _children(f.children_living)}
            ),
        ),
        Condition(
            name="discharge_within_days",
            takes="days",
            label=gettext_lazy("utskriving eller løslatelse uten bolig er innen %(n)s dager"),
            sql=lambda n: f"f.discharge_on <= %(on)s::date + {n}",
            holds=lambda f, n: (
                f.discharge_on is not None and f.discharge_on <= f.on + timedelta(days=n)
            ),
            short=lambda f, n: (
                _("Skal ut fra institusjon %(day)s") % {"day": nbdate(f.discharge_on)}
            ),
            sentence=lambda f, n: (
                _("Skal ut fra institusjon eller fengsel %(when)s, og har ingen bolig.")
                % {"when": _in_days(f.discharge_on, f.on)}
            ),
            turns=lambda f, n: _until(f.discharge_on, n),
        ),
        Condition(
            name="loses_home_within_days",
            takes="days",
            label=gettext_lazy("boligen må forlates innen %(n)s dager"),
            sql=lambda n: f"f.must_leave_by <= %(on)s::date + {n}",
            holds=lambda f, n: (
                f.must_leave_by is not None and f.must_leave_by <= f.on + timedelta(days=n)
            ),
            short=lambda f, n: _("Må ut innen %(day)s") % {"day": nbdate(f.must_leave_by)},
            sentence=lambda f, n: (
                _("Må ut av boligen %(when)s.") % {"when": _in_days(f.must_leave_by, f.on)}
            ),
            turns=lambda f, n: _until(f.must_leave_by, n),
        ),
        Condition(
            name="violence_or_threat",
            label=gettext_lazy("det er vold eller trusler der personen bor"),
            sql=lambda n: "f.unsafe",
            holds=lambda f, n: f.unsafe,
            short=lambda f, n: _("Utrygt der personen bor"),
            sentence=lambda f, n: _("Er utsatt for vold eller trusler der personen bor."),
        ),
        Condition(
            name="unsuitable_access",
            label=gettext_lazy("boligen ikke kan brukes (trapper, rullestol)"),
            sql=lambda n: "f.unsuitable_access",
            holds=lambda f, n: f.unsuitable_access,
            short=lambda f, n: _("Kan ikke bruke boligen"),
            sentence=lambda f, n: _("Kan ikke bruke boligen slik den er (trapper, rullestol)."),
        ),
        Condition(
            name="unsuitable_other",
            label=gettext_lazy("boligen er uegnet av andre grunner"),
            sql=lambda n: "f.unsuitable_other",
            holds=lambda f, n: f.unsuitable_other,
            short=lambda f, n: _("Uegnet bolig"),
            sentence=lambda f, n: _("Bor i en bolig som er uegnet."),
        ),
        Condition(
            name="under_age",
            takes="years",
            label=gettext_lazy("personen er under %(n)s år"),
            sql=lambda n: f"f.born > (%(on)s::date - interval '{n} years')::date",
            holds=lambda f, n: f.age is not None and f.age < n,
            short=lambda f, n: _("Under %(n)d år") % {"n": n},
            sentence=lambda f, n: _("Er %(age)d år, under %(n)d.") % {"age": f.age, "n": n},
            turns=lambda f, n: _birthday(f.born, n),
        ),
        Condition(
            name="transfer_requested",
            label=gettext_lazy("saken gjelder bytte av bolig"),
            sql=lambda n: "f.kind = %(ApplicationKind.EXCHANGE)s",
            holds=lambda f, n: f.kind == ApplicationKind.EXCHANGE,
            short=lambda f, n: _("Bytte av bolig"),
            sentence=lambda f, n: _("Har søkt om å bytte kommunal bolig."),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Because:
    """A condition that holds, and the facts that make it hold, in words."""

    condition: str
    short: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Term:
    """One condition with its argument."""

    condition: Condition
    n: int = 0

    def sql(self) -> str:
        return f"coalesce({self.condition.sql(self.n)}, false)"

    def holds(self, facts: Facts) -> bool:
        return self.condition.holds(facts, self.n)

    def because(self, facts: Facts) -> list[Because]:
        c = self.condition
        return [Because(c.name, c.short(facts, self.n), c.sentence(facts, self.n))]

    def label(self) -> str:
        label = str(self.condition.label)
        return label % {"n": self.n} if self.condition.takes else label

    def terms(self) -> Iterator[Term]:
        yield self


@dataclass(frozen=True, slots=True)
class Several:
    """`all:` (`every`: all parts must hold) or `any:` (one part is enough)."""

    parts: tuple[Test, ...]
    every: bool

    def sql(self) -> str:
        joined = (" AND " if self.every else " OR ").join(part.sql() for part in self.parts)
        return f"({joined})"

    def holds(self, facts: Facts) -> bool:
        return (all if self.every else any)(part.holds(facts) for part in self.parts)

    def because(self, facts: Facts) -> list[Because]:
        return [why for part in self.parts if part.holds(facts) for why in part.because(facts)]

    def label(self) -> str:
        return listed([p.label() for p in self.parts], _("og") if self.every else _("eller"))

    def terms(self) -> Iterator[Term]:
        for part in self.parts:
            yield from part.terms()


@dataclass(frozen=True, slots=True)
class Not:
    part: Test

    def sql(self) -> str:
        return f"(NOT {self.part.sql()})"

    def holds(self, facts: Facts) -> bool:
        return not self.part.holds(facts)

    def because(self, facts: Facts) -> list[Because]:
        text = _("Det er ikke slik at %(what)s.") % {"what": self.part.label()}
        name = "not " + next(self.part.terms()).condition.name
        return [Because(name, text.rstrip("."), text)]

    def label(self) -> str:
        return _("det ikke er slik at %(what)s") % {"what": self.part.label()}

    def terms(self) -> Iterator[Term]:
        yield from self.part.terms()


Test = Term | Several | Not


# ------------------------------------------------------------------ tie-breakers


@dataclass(frozen=True, kw_only=True)
class TieBreaker:
    """Of two applications in the same class, the one with the smaller value is first."""

    name: str
    sql: str
    value: Callable[[Facts], Any]
    ahead: Any  # in words, what those who stand before have


FAR = date.max
TIE_BREAKERS: dict[str, TieBreaker] = {
    tie.name: tie
    for tie in (
        TieBreaker(
            name="children_first",
            sql="(CASE WHEN f.children > 0 THEN 0 ELSE 1 END)",
            value=lambda f: 0 if f.children else 1,
            ahead=gettext_lazy("har barn i husstanden"),
        ),
        TieBreaker(
            name="temporary_days_desc",
            sql="(-f.temporary_days)",
            value=lambda f: -f.temporary_days,
            ahead=gettext_lazy("har bodd lenger i midlertidig bolig"),
        ),
        TieBreaker(
            name="earliest_vedtak",
            sql="f.issued_on",
            value=lambda f: f.issued_on,
            ahead=gettext_lazy("fikk vedtaket tidligere"),
        ),
        TieBreaker(
            name="earliest_received",
            sql="f.received_on",
            value=lambda f: f.received_on,
            ahead=gettext_lazy("søkte tidligere"),
        ),
        TieBreaker(
            name="discharge_date_asc",
            sql="coalesce(f.discharge_on, 'infinity'::date)",
            value=lambda f: f.discharge_on or FAR,
            ahead=gettext_lazy("skal ut fra institusjon tidligere"),
        ),
    )
}
# Always last, so that no two applications have the same place.
CASE_NUMBER = TieBreaker(
    name="case_number",
    sql="(f.case_year::bigint * 10000000 + f.case_seq)",
    value=lambda f: f.case_year * 10_000_000 + f.case_seq,
    ahead=gettext_lazy("står likt, men har lavere saksnummer"),
)


# ------------------------------------------------------------------ a policy


@dataclass(frozen=True, slots=True)
class PriorityClass:
    """A class of the policy, number 1 first. Without a test it takes everyone who is left."""

    number: int
    name: str
    sentence: str
    test: Test | None

    def holds(self, facts: Facts) -> bool:
        return self.test is None or self.test.holds(facts)


@dataclass(frozen=True, slots=True)
class Policy:
    """A valid policy, as `read` makes it. `numbers` has the classes by number."""

    classes: tuple[PriorityClass, ...]
    tie_breakers: tuple[TieBreaker, ...]
    name: str = ""
    pk: int | None = None
    numbers: dict[int, PriorityClass] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.numbers.update({cls.number: cls for cls in self.classes})

    def class_of(self, facts: Facts) -> PriorityClass:
        """The first class whose conditions hold."""
        return next(cls for cls in self.classes if cls.holds(facts))

    def because(self, facts: Facts) -> list[Because]:
        """The conditions that put the case in its class, in the policy's order."""
        test = self.class_of(facts).test
        return test.because(facts) if test else []

    def sort_key(self, facts: Facts, class_number: int | None = None) -> tuple:
        number = class_number or self.class_of(facts).number
        return (number, *(tie.value(facts) for tie in self.tie_breakers))

    def class_sql(self) -> str:
        """The class number as an SQL CASE over the facts row `f`, with the parameter `%(on)s`."""
        *tested, last = self.classes
        if not tested:
            return str(last.number)
        whens = " ".join(f"WHEN {cls.test.sql()} THEN {cls.number}" for cls in tested)
        return f"CASE {whens} ELSE {last.number} END"

    def terms(self) -> Iterator[Term]:
        for cls in self.classes:
            if cls.test:
                yield from cls.test.terms()

    def next_change(self, facts: Facts) -> tuple[date, PriorityClass, list[Because]] | None:
        """The first later day when the case changes class by itself, the class, and why."""
        now = self.class_of(facts)
        days = {day for t in self.terms() for day in t.condition.turns(facts, t.n)}
        for day in sorted(day for day in days if day > facts.on):
            then = facts.on_day(day)
            if (other := self.class_of(then)) != now:
                return day, other, self.because(then)
        return None

    def would_raise(self, facts: Facts) -> list[tuple[PriorityClass, list[str]]]:
        """What would put the case in each higher class, in words, the nearest class first."""
        number = self.class_of(facts).number
        higher = [cls for cls in self.classes if cls.number < number and cls.test]
        return [
            (cls, [part.label() for part in getattr(cls.test, "parts", (cls.test,))])
            for cls in reversed(higher)
        ]


def in_force(on: date) -> Policy:
    """The policy in force on the date. Raises NoPolicy and PolicyInvalid."""
    from .models import PriorityPolicy

    row = PriorityPolicy.objects.filter(valid__contains=on).first()
    if row is None:
        raise NoPolicy(
            _("Det finnes ingen prioriteringsregler som gjelder %(day)s.") % {"day": nbdate(on)}
        )
    return read(row.classes, row.tie_breakers, name=row.name, pk=row.pk)


# ------------------------------------------------------------------ reading and validating

CLASS_KEYS = {"name", "sentence", "any", "all", "not"}
COMBINATIONS = ("all", "any", "not")


def read(classes: Any, tie_breakers: Any = (), *, name: str = "", pk: int | None = None) -> Policy:
    """Read a policy from its JSON. Raises PolicyInvalid, which names the key that is wrong.

    A class without conditions takes everyone, and so must be the last. If the last class has
    conditions, a class for everyone else is added, so that every case has a class.
    """
    if not isinstance(classes, list) or not classes:
        raise _invalid("classes", _("skal være en liste med minst én klasse"))
    read_classes: list[PriorityClass] = []
    for index, data in enumerate(classes):
        where = f"classes[{index}]"
        if not isinstance(data, dict):
            raise _invalid(where, _("skal være navn, setning og betingelser"))
        _check_keys(where, data, CLASS_KEYS)
        label = data.get("name")
        if not isinstance(label, str) or not label.strip():
            raise _invalid(f"{where}.name", _("mangler"))
        sentence = data.get("sentence", "")
        if not isinstance(sentence, str):
            raise _invalid(f"{where}.sentence", _("skal være tekst"))
        test = _class_test(where, data)
        if test is None and index < len(classes) - 1:
            raise _invalid(
                where, _("har ingen betingelser, og tar alle; bare den siste kan være slik")
            )
        read_classes.append(PriorityClass(index + 1, label.strip(), sentence, test))
    if read_classes[-1].test is not None:
        number = len(read_classes) + 1
        read_classes.append(PriorityClass(number, _("Andre med vedtak"), "", None))
    names = [cls.name for cls in read_classes]
    if twice := next((cls_name for cls_name in names if names.count(cls_name) > 1), None):
        raise _invalid("classes", _("navnet «%(name)s» er brukt to ganger") % {"name": twice})
    return Policy(tuple(read_classes), _ties(tie_breakers), name, pk)


def _ties(names: Any) -> tuple[TieBreaker, ...]:
    if not isinstance(names, list | tuple):
        raise _invalid("tie_breakers", _("skal være en liste"))
    ties: list[TieBreaker] = []
    for index, name in enumerate(names):
        where = f"tie_breakers[{index}]"
        if name == CASE_NUMBER.name:
            continue  # always added last
        if not isinstance(name, str) or name not in TIE_BREAKERS:
            raise _unknown(where, name, TIE_BREAKERS)
        if TIE_BREAKERS[name] in ties:
            raise _invalid(where, _("«%(name)s» er brukt to ganger") % {"name": name})
        ties.append(TIE_BREAKERS[name])
    return (*ties, CASE_NUMBER)


def _class_test(where: str, data: dict[str, Any]) -> Test | None:
    parts = [
        _combined(f"{where}.{key}", key, data[key])
        for key in COMBINATIONS
        if key in data and not (key != "not" and data[key] in ([], None))
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Several(tuple(parts), every=True)


def _combined(where: str, key: str, value: Any) -> Test:
    if key == "not":
        return Not(_test(where, value))
    if not isinstance(value, list) or not value:
        raise _invalid(where, _("skal være en liste med minst én betingelse"))
    parts = tuple(_test(f"{where}[{i}]", part) for i, part in enumerate(value))
    return Several(parts, every=key == "all")


def _test(where: str, value: Any) -> Test:
    if isinstance(value, str):
        condition = CONDITIONS.get(value)
        if condition is None:
            raise _unknown(where, value, CONDITIONS)
        if condition.takes:
            raise _invalid(
                where,
                _("«%(name)s» trenger et tall, som %(name)s: 30") % {"name": value},
            )
        return Term(condition)
    if not isinstance(value, dict) or len(value) != 1:
        raise _invalid(where, _("skal være én betingelse"))
    ((name, argument),) = value.items()
    if name in COMBINATIONS:
        return _combined(f"{where}.{name}", name, argument)
    condition = CONDITIONS.get(name)
    if condition is None:
        raise _unknown(where, name, {**CONDITIONS, **dict.fromkeys(COMBINATIONS)})
    if not condition.takes:
        raise _invalid(f"{where}.{name}", _("tar ikke noe tall"))
    if isinstance(argument, bool) or not isinstance(argument, int):
        raise _invalid(f"{where}.{name}", _("skal være et helt tall"))
    if not 0 <= argument <= (MOST_DAYS if condition.takes == "days" else 120):
        raise _invalid(f"{where}.{name}", _("er utenfor det som er mulig"))
    return Term(condition, argument)


def _check_keys(where: str, data: dict[str, Any], keys: set[str]) -> None:
    for key in data:
        if key not in keys:
            raise _unknown(f"{where}.{key}", key, dict.fromkeys(keys))


def _invalid(where: str, error: str) -> PolicyInvalid:
    return PolicyInvalid(_("%(where)s %(error)s.") % {"where": where, "error": error})


def _unknown(where: str, name: Any, known: dict[str, Any]) -> PolicyInvalid:
    near = difflib.get_close_matches(str(name), known, 1)
    hint = _(" Mente du «%(near)s»?") % {"near": near[0]} if near else ""
    return PolicyInvalid(
        _("%(where)s: «%(name)s» er ikke kjent.") % {"where": where, "name": name} + hint
    )
