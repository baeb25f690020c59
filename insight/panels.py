"""The texts and charts of the overview: the key figures, and seven panels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.calendar import DAYS_A_MONTH, add_months
from common.formatting import MINUS, days_nb, kroner, number
from housing.enums import UnavailableCause, UnitType

from . import charts, figures, small_numbers
from .charts import FEWEST_SHOWN, Bar, Chart, Series, is_few, shown
from .figures import Flow, Temporary, Vacancy, Waiting
from .small_numbers import Total

MEDIAN, LONG_WAIT = 0.5, 0.9  # P50 and P90
FEWEST_BEHIND_P90 = 20  # one in ten of fewer people is one person
STEP = 2  # months in a bar of the histogram
LONGEST = 12  # bars; the last also holds everything longer
SIZES = (0, 2, 3, 4)  # the fewest bedrooms of each size; the waiting list has the same (?soverom=)
EMPTY = "tom"
BAND_COLOURS = ("f4", "f3", "f1", "fd")


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: title, main finding, and chart with table."""

    id: str
    title: str
    finding: str
    chart: Chart

    @property
    def svg(self) -> SafeString:
        return self.chart.svg

    @property
    def head(self) -> tuple[str, ...]:
        return self.chart.head

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return self.chart.rows

    @property
    def legend(self) -> list[tuple[str, str]]:
        return self.chart.legend


@dataclass(frozen=True, slots=True)
class Size:
    """How many people wait for dwellings of a size, in bedrooms, and how many are vacant."""

    low: int | None  # None: the size is not known
    high: int | None  # None: no limit
    waiting: int
    vacant: int

    @property
    def label(self) -> str:
        if self.low is None:
            return _("Ikke avklart")
        if self.high is None:
            return _("%(n)d eller flere") % {"n": self.low} if self.low else _("Alle størrelser")
        if self.low == 0:
            return _("Inntil %(n)d soverom") % {"n": self.high}
        if self.low == self.high:
            return _("%(n)d soverom") % {"n": self.low}
        return _("%(low)d–%(high)d soverom") % {"low": self.low, "high": self.high}

    @property
    def url(self) -> str:
        """The waiting list filtered by the size, or "" if it has no such filter."""
        known = {(0, 1): 1, (2, 2): 2, (3, None): 3}
        wanted = known.get((self.low, self.high))
        return f"{reverse('allocation:waiting_list')}?soverom={wanted}" if wanted else ""

    def holds(self, bedrooms: int | None) -> bool:
        if bedrooms is None or self.low is None:
            return bedrooms is None and self.low is None
        return self.low <= bedrooms and (self.high is None or bedrooms <= self.high)

    def and_(self, other: Size) -> Size:
        """This size and the next as one; an unknown size joins the largest."""
        return Size(
            self.low,
            other.high if other.low is not None else None,
            self.waiting + other.waiting,
            self.vacant + other.vacant,
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows."""

    kpis: list[dict[str, Any]]
    panels: list[Panel]


def overview(on: date, months: int) -> Overview:
    """The overview on the date, with so many months of history. Nine queries."""
    waiting = figures.waiting(on)
    flow = figures.flow(on, months)
    temporary = figures.temporary(on, months)
    this_month = on.replace(day=1)
    last = add_months(this_month, -1)
    before = add_months(last, -1)
    empty = figures.vacancies([before, last])
    vacant = figures.vacant_by_bedrooms(on)
    sizes = _sizes(waiting, vacant)
    return Overview(
        _kpis(waiting, flow, temporary, empty, vacant.total(), last),
        [
            _flow_panel(flow),
            _wait_panel(waiting),
            _temporary_panel(temporary),
            _empty_panel([vacancy for vacancy in empty if vacancy.month == last], last),
            _need_panel(sizes),
            _kinds_panel(waiting, sizes),
            _unmet_panel(figures.unmet(on, months), months),
        ],
    )


# ------------------------------------------------------------------ key figures


def _kpis(
    waiting: Waiting,
    flow: Sequence[Flow],
    temporary: Sequence[Temporary],
    empty: Sequence[Vacancy],
    vacant: int,
    last: date,
) -> list[dict[str, Any]]:
    list_url = reverse("allocation:waiting_list")
    board_url = reverse("stays:temporary")
    now, over_long = temporary[-1], _bands(temporary[-1])[-1]
    days = waiting.days()
    empty_days = sum(vacancy.days for vacancy in empty if vacancy.month == last)
    earlier_days = sum(vacancy.days for vacancy in empty if vacancy.month != last)
    return [
        {
            "value": shown(waiting.total),
            "label": _("på ventelisten"),
            "note": _net(flow),
            "url": list_url,
        },
        {
            "value": _months_or_few(days, MEDIAN),
            "label": _("median ventetid"),
            "note": _("P90: %(months)s") % {"months": _months_or_few(days, LONG_WAIT)},
            "url": f"{list_url}?sorter=-ventet",
        },
        {
            "value": shown(now.total),
            "label": _("i midlertidig bolig"),
            "note": _with_children(now.with_children),
            "url": board_url,
        },
        {
            "value": shown(over_long),
            "label": _("over %(n)s dager") % {"n": now.limits[-1]},
            "note": _since_last_month(temporary),
            "color": "danger" if over_long else "",
            "url": f"{board_url}?over90=1",
        },
        {
            "value": number(empty_days),
            "label": _("tomgangsdager i %(month)s") % {"month": _month(last)},
            "note": _change(empty_days, earlier_days, _month(add_months(last, -1))),
            "url": f"#h-{EMPTY}",
        },
        {
            "value": number(vacant),
            "label": ngettext("bolig ledig nå", "boliger ledige nå", vacant),
            "note": _("kan tildeles i dag"),
            "url": reverse("desk:units"),
        },
    ]


def _totals(flow: Sequence[Flow]) -> tuple[Total, Total]:
    """How many came, and how many left."""
    came = small_numbers.total([month.came for month in flow])
    return came, small_numbers.total([month.left for month in flow])


def _net(flow: Sequence[Flow]) -> str:
    came, left = _totals(flow)
    facts = {"change": _signed(came.value - left.value), "n": len(flow)}
    if came.about or left.about:
        return _("om lag %(change)s på %(n)d måneder") % facts
    return _("%(change)s på %(n)d måneder") % facts


def _with_children(families: int) -> str:
    if not families:
        return _("ingen med barn")
    return _("færre enn 5 med barn") if is_few(families) else _("%(n)d med barn") % {"n": families}


def _since_last_month(temporary: Sequence[Temporary]) -> str:
    if len(temporary) < 2:
        return ""
    now, then = (_bands(month)[-1] for month in (temporary[-1], temporary[-2]))
    name = _month(temporary[-2].day)
    if now is None or then is None or is_few(now) or is_few(then):
        return _("mot %(n)s ved slutten av %(month)s") % {"n": shown(then), "month": name}
    return _("%(change)s siden %(month)s") % {"change": _signed(now - then), "month": name}


def _change(now: int, earlier: int, month: str) -> str:
    if not earlier:
        return _("ingen i %(month)s") % {"month": month}
    share = round((now - earlier) * 100 / earlier)
    return _("%(change)s\u00a0%% fra %(month)s") % {"change": _signed(share), "month": month}


# ------------------------------------------------------------------ the panels


def _flow_panel(flow: Sequence[Flow]) -> Panel:
    came, left = _totals(flow)
    change = came.value - left.value
    facts = {"came": number(came.value), "left": number(left.value), "n": number(abs(change))}
    if came.about or left.about:
        finding = _("Om lag %(came)s inn og %(left)s ut på %(months)d måneder.") % (
            facts | {"months": len(flow)}
        )
    elif change > 0:
        finding = _("%(came)s inn og %(left)s ut. Ventelisten har vokst med %(n)s.") % facts
    elif change < 0:
        finding = _("%(came)s inn og %(left)s ut. Ventelisten er %(n)s kortere.") % facts
    else:
        finding = _("%(came)s inn og %(left)s ut. Ventelisten er like lang.") % facts
    chart = charts.grouped_bars(
        id="flyt",
        title=_("Nye på ventelisten og ut av ventelisten per måned"),
        desc=finding,
        labels=_month_labels([row.month for row in flow]),
        series=[
            Series(_("Nye vedtak"), [month.came for month in flow], "f1"),
            Series(_("Flyttet inn, bortfalt eller trukket"), [month.left for month in flow], "f2"),
        ],
        first=_("Måned"),
    )
    return Panel("flyt", _("Inn og ut av ventelisten"), finding, chart)


def _wait_panel(waiting: Waiting) -> Panel:
    days = waiting.days()
    counts = [0] * LONGEST
    for waited, people in days.items():
        counts[min(int(waited / DAYS_A_MONTH) // STEP, LONGEST - 1)] += people
    enough = waiting.total >= FEWEST_SHOWN
    median = (figures.percentile(days, MEDIAN) or 0) / DAYS_A_MONTH
    long = (figures.percentile(days, LONG_WAIT) or 0) / DAYS_A_MONTH
    if not waiting.total:
        finding = _("Ingen venter på bolig.")
    elif not enough:
        finding = _("Færre enn fem venter.")
    elif waiting.total < FEWEST_BEHIND_P90:
        finding = _("Halvparten under %(n)s måneder.") % {"n": number(median, 1)}
    else:
        finding = _("Halvparten under %(median)s måneder, én av ti over %(long)s.") % {
            "median": number(median, 1),
            "long": number(long, 1),
        }
    top = STEP * LONGEST
    marks = [(min(median, top), _("median %(n)s") % {"n": number(median, 1)})]
    if waiting.total >= FEWEST_BEHIND_P90:
        marks.append((min(long, top), _("P90 %(n)s") % {"n": number(long, 1)}))
    guarded = small_numbers.guarded(counts)
    chart = charts.histogram(
        id="vent",
        title=_("Ventetid for dem som venter nå, i måneder"),
        desc=finding,
        counts=guarded,
        step=STEP,
        head=(_("Måneder"), _("Personer")),
        marks=marks if enough else (),
        beyond=long if len(marks) > 1 else None,
        open_ended=True,
    )
    legend = [("f1", _("Personer per to måneder")), ("f3", _("Over P90"))]
    chart = replace(chart, legend=legend if enough and len(marks) > 1 else legend[:1])
    return Panel("vent", _("Hvor lenge folk venter"), finding, chart)


def _temporary_panel(temporary: Sequence[Temporary]) -> Panel:
    now = temporary[-1]
    bands = [_bands(month) for month in temporary]
    over = bands[-1][-1]
    if not now.total:
        finding = _("Ingen bor i midlertidig bolig.")
    elif over is None or is_few(now.total):
        finding = _("%(all)s personer bor i midlertidig bolig.") % {"all": shown(now.total)}
    elif not over:
        finding = _("Ingen av %(all)s har bodd der over %(n)s dager.") % {
            "all": shown(now.total),
            "n": now.limits[-1],
        }
    else:
        finding = _("%(over)s av %(all)s over %(n)s dager, %(children)s.") % {
            "n": now.limits[-1],
            "over": shown(over),
            "all": shown(now.total),
            "children": _with_children(now.with_children),
        }
    names = _band_names(now.limits)
    labels = (
        _("%(days)s dager") % {"days": names[0]},
        *names[1:-1],
        _("over %(n)s") % {"n": now.limits[-1]},
    )
    chart = charts.stacked_bars(
        id="midl",
        title=_("Personer i midlertidig bolig per måned, etter dager i strekk"),
        desc=finding,
        labels=_month_labels([month.day for month in temporary]),
        series=[
            Series(label, [band[i] for band in bands], css)
            for i, (label, css) in enumerate(zip(labels, BAND_COLOURS, strict=True))
        ],
        first=_("Måned"),
    )
    rows = [
        (*row, shown(month.with_children)) for row, month in zip(chart.rows, temporary, strict=True)
    ]
    chart = replace(chart, head=(_("Måned"), *names, _("Barn")), rows=rows)
    return Panel("midl", _("Midlertidig bolig"), finding, chart)


def _empty_panel(empty: Sequence[Vacancy], month: date) -> Panel:
    days, lost = sum(vacancy.days for vacancy in empty), sum(vacancy.lost for vacancy in empty)
    if days:
        finding = _("%(days)s uten leietaker, %(lost)s i tapt leie.") % {
            "days": days_nb(days),
            "lost": kroner(lost),
        }
    else:
        finding = _("Ingen bolig sto tom.")
    rows = [
        Bar(
            _cause(vacancy.cause),
            vacancy.days,
            f"{days_nb(vacancy.days)} · {kroner(vacancy.lost)}",
            "f1" if vacancy.cause else "fw",
        )
        for vacancy in empty
    ]
    chart = charts.hbars(
        id=EMPTY,
        title=_("Tomgangsdager og tapt leie i %(month)s etter årsak") % {"month": _month(month)},
        desc=finding,
        rows=rows,
        head=(_("Årsak"), _("Dager")),
    )
    chart = replace(
        chart,
        head=(_("Årsak"), _("Dager"), _("Tapt leie")),
        rows=[
            (_cause(vacancy.cause), number(vacancy.days), kroner(vacancy.lost)) for vacancy in empty
        ],
        legend=[("fw", _("Kan vi gjøre noe med selv i tildelingsmøtet"))] if days else [],
    )
    title = _("Tomme boliger i %(month)s") % {"month": _month(month)}
    return Panel(EMPTY, title, finding, chart)


def _need_panel(sizes: Sequence[Size]) -> Panel:
    worst = max(sizes, key=lambda size: size.waiting - size.vacant, default=None)
    if worst is None or worst.waiting <= worst.vacant:
        finding = _("Det er boliger nok av hver størrelse.")
    else:
        finding = _("Mangler mest %(size)s: %(waiting)s venter, %(vacant)s ledige.") % {
            "size": worst.label.lower(),
            "waiting": shown(worst.waiting),
            "vacant": number(worst.vacant) if worst.vacant else _("ingen"),
        }
    has_few = any(is_few(size.waiting) for size in sizes)
    chart = charts.dumbbell(
        id="behov",
        title=_("Hvor mange som venter, mot boliger som er ledige nå"),
        desc=finding,
        labels=[size.label for size in sizes],
        have=Series(_("Ledige nå"), [size.vacant for size in sizes], "f2"),
        need=Series(_("Venter nå"), [size.waiting for size in sizes], "f1"),
        first=_("Størrelse"),
        gap=_("Differanse"),
        people=has_few,
    )
    rows = [
        (_linked(size.url, row[0]), *row[1:]) for size, row in zip(sizes, chart.rows, strict=True)
    ]
    return Panel("behov", _("Behov mot ledige boliger"), finding, replace(chart, rows=rows))


def _kinds_panel(waiting: Waiting, sizes: Sequence[Size]) -> Panel:
    """How long people wait by type of dwelling, or by size if all wait for the same type."""
    types: Counter[str] = Counter()
    for group in waiting.groups:
        types[group.type] += group.number
    kinds: list[tuple[str, Counter[int]]]
    if len(types) > 1:
        kinds = [
            (
                _type_name(codes),
                waiting.days(lambda group, codes=codes: group.type in codes),
            )
            for codes in _types_together(types)
        ]
    else:
        # When few have an unknown need, `merged` has put them in the last size.
        unknown = not any(size.low is None for size in sizes)
        kinds = [
            (
                size.label,
                waiting.days(
                    lambda group, size=size: (
                        size.holds(group.bedrooms)
                        or (unknown and group.bedrooms is None and size is sizes[-1])
                    )
                ),
            )
            for size in sizes
            if size.waiting
        ]
    rows = [
        Bar(
            label,
            days.total(),
            _("%(n)s venter · median %(months)s")
            % {"n": number(days.total()), "months": _months_or_few(days, MEDIAN)},
        )
        for label, days in kinds
    ]
    long = [(figures.percentile(days, MEDIAN), label) for label, days in kinds if days.total() >= 5]
    if not long:
        finding = _("For få venter til at det kan deles opp.") if rows else _("Ingen venter.")
    elif len(long) == 1:
        finding = _("Alle venter på %(kind)s.") % {"kind": long[0][1].lower()}
    else:
        median, label = max(long)
        finding = _("Lengst for %(kind)s: halvparten over %(months)s måneder.") % {
            "kind": label.lower(),
            "months": number((median or 0) / DAYS_A_MONTH, 1),
        }
    chart = charts.hbars(
        id="type",
        title=_("Hvor mange som venter, og hvor lenge, etter hva de venter på"),
        desc=finding,
        rows=rows,
        head=(_("Venter på"), _("Personer")),
        people=True,
    )
    chart = replace(
        chart,
        head=(_("Venter på"), _("Personer"), _("Median"), _("P90")),
        rows=[
            (
                label,
                shown(days.total()),
                _months_or_few(days, MEDIAN),
                _months_or_few(days, LONG_WAIT),
            )
            for label, days in kinds
        ],
        legend=[("f1", _("Venter nå"))] if rows else [],
    )
    title = _("Ventetid etter boligtype") if len(types) > 1 else _("Ventetid etter størrelse")
    return Panel("type", title, finding, chart)


def _unmet_panel(unmet: Counter[str], months: int) -> Panel:
    """Dwellings the municipality does not have, by how many it refused for that reason (C17)."""
    total = unmet.total()
    groups = [(codes, sum(unmet[code] for code in codes)) for codes in _types_together(unmet)]
    known = [(people, codes) for codes, people in groups if len(codes) == 1 and codes[0]]
    if not total:
        finding = _("Ingen fikk avslag fordi kommunen mangler boligen.")
    elif is_few(total):
        finding = _("Færre enn fem fikk avslag fordi kommunen mangler boligen.")
    elif not known:
        finding = _("%(all)s fikk avslag fordi kommunen mangler boligen.") % {"all": number(total)}
    elif known[0][0] == total:
        finding = _("%(all)s fikk avslag fordi kommunen mangler %(type)s.") % {
            "all": number(total),
            "type": _type_name(known[0][1]).lower(),
        }
    else:
        most, codes = max(known)
        finding = _(
            "Kommunen mangler mest %(type)s: %(n)s av %(all)s fikk avslag av den grunn."
        ) % {
            "type": _type_name(codes).lower(),
            "n": number(most),
            "all": number(total),
        }
    chart = charts.hbars(
        id="mangler",
        title=_("Personer som fikk avslag på %(n)d måneder, etter boligen kommunen ikke har")
        % {"n": months},
        desc=finding,
        rows=[Bar(_type_name(codes), people, number(people)) for codes, people in groups],
        head=(_("Boligtype som mangler"), _("Personer")),
        people=True,
    )
    return Panel("mangler", _("Boliger kommunen mangler"), finding, chart)


def _type_name(codes: tuple[str, ...]) -> str:
    if len(codes) > 1:
        return _("Andre typer")
    return str(dict(UnitType.choices).get(codes[0], _("Ikke avklart")))


def _types_together(types: Counter[str]) -> list[tuple[str, ...]]:
    """The types, most people first; small counts and those after the fourth as one group."""
    order = [code for code, _n in types.most_common()]
    keep = [code for code in order if not is_few(types[code])][:4]
    rest = [code for code in order if code not in keep]
    while rest and keep and is_few(sum(types[code] for code in rest)):
        rest.insert(0, keep.pop())
    return [(code,) for code in keep] + ([tuple(rest)] if rest else [])


def _sizes(waiting: Waiting, vacant: Counter[int | None]) -> list[Size]:
    need: Counter[int | None] = Counter()
    for group in waiting.groups:
        need[group.bedrooms] += group.number
    bounds = [(low, high - 1) for low, high in pairwise(SIZES)]
    spans = [*bounds, (SIZES[-1], None), (None, None)]
    empty = [Size(low, high, 0, 0) for low, high in spans]
    sizes = [
        replace(
            size,
            waiting=sum(n for bedrooms, n in need.items() if size.holds(bedrooms)),
            vacant=sum(n for bedrooms, n in vacant.items() if size.holds(bedrooms)),
        )
        for size in empty
    ]
    if not (sizes[-1].waiting or sizes[-1].vacant):
        sizes.pop()
    return small_numbers.merged(sizes, lambda size: size.waiting, Size.and_)


# ------------------------------------------------------------------ words


def _bands(month: Temporary) -> list[int | None]:
    """The bands as they may be shown beside their sum; long stays are the last to be hidden."""
    return small_numbers.guarded(month.bands, keep=(len(month.bands) - 1,))


def _band_names(limits: Sequence[int]) -> list[str]:
    """0–14, 15–60, 61–90, > 90"""
    first = (0, *(limit + 1 for limit in limits[:-1]))
    spans = [f"{low}–{high}" for low, high in zip(first, limits, strict=True)]
    return [*spans, f"> {limits[-1]}"]


def _cause(code: str) -> str:
    return str(UnavailableCause(code).label) if code else _("Venter på tildeling")


def _month(day: date) -> str:
    """oktober"""
    return date_format(day, "F").lower()


def _month_labels(days: Sequence[date]) -> list[str]:
    """okt, nov; with the year if there are more than twelve."""
    with_year = len(days) > 12
    return [f"{_month(day)[:3]}{f' {day:%y}' if with_year else ''}" for day in days]


def _months(days: int | None) -> str:
    return _("%(n)s\u00a0md.") % {"n": number((days or 0) / DAYS_A_MONTH, 1)}


def _months_or_few(days: Counter[int], share: float) -> str:
    """A percentile in months, or "–" for so few people that it would show one person's wait."""
    if days.total() < (FEWEST_SHOWN if share == MEDIAN else FEWEST_BEHIND_P90):
        return "–"
    return _months(figures.percentile(days, share))


def _signed(value: int) -> str:
    return f"+{number(value)}" if value > 0 else number(value).replace("-", MINUS)


def _linked(url: str, text: str) -> str | SafeString:
    return format_html('<a class="ds-link" href="{}">{}</a>', url, text) if url else text
