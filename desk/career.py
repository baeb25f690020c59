"""Housing history (boligkarriere): where a person has lived, as a drawing and a table (need C7).

One row for each kind of place, one bar for each stay. The time before `DETAIL_MONTHS` is
compressed and shaded, so that the present can be read. From the day a temporary chain is long, the
bar is red, with a line on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.calendar import add_months
from common.formatting import days_nb, nbdate
from stays.enums import LASTING, ROOFLESS, StayKind
from stays.models import Stay
from stays.temporary.chains import Chain

WIDTH, LEFT, RIGHT = 800, 126, 84
TOP, ROW = 28, 30
DETAIL_MONTHS = 14
# In days: the least the drawing covers; the space after today; how much older time there must be
# to compress it; and from what length the axis has quarters instead of months.
SHORTEST_DAYS, ROOM_DAYS, COMPRESSED_DAYS, QUARTERLY_DAYS = 30, 7, 180, 200
OLD_SHARE = 0.36
CHARACTER = 6.4
MONTHS = ("jan.", "feb.", "mars", "apr.", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.",
          "des.")  # fmt: skip

# The kinds of a row, its name, and the CSS classes of its bars and of the text on them.
ROWS = (
    (LASTING, gettext_lazy("Egen eller leid"), "f1", "inv"),
    ((StayKind.TRIAL,), gettext_lazy("Treningsleilighet"), "f1", "inv"),
    ((StayKind.WITH_OTHERS, StayKind.FAMILY), gettext_lazy("Familie og venner"), "f3", "t"),
    ((StayKind.INSTITUTION,), gettext_lazy("Institusjon"), "f2", "inv"),
    ((StayKind.TEMPORARY,), gettext_lazy("Midlertidig bolig"), "fw", "t"),
    (ROOFLESS, gettext_lazy("Uten bolig"), "f2", "inv"),
)


@dataclass(frozen=True, slots=True)
class Career:
    """The drawing, its table and the years it covers. `detailed`: older time is compressed."""

    svg: SafeString
    rows: list[tuple[str, str, str, str, str]]
    span: str
    detailed: bool

    @property
    def body(self) -> SafeString:
        """The rows as HTML, made here because many cells are slow in a template."""
        cells = "<td>{}</td>" * 5
        return format_html_join("", f"<tr>{cells}</tr>", self.rows)


@dataclass(frozen=True, slots=True)
class _TimeScale:
    first: date
    broken: date | None
    last: date

    def x(self, day: date) -> float:
        width = WIDTH - LEFT - RIGHT
        day = min(max(day, self.first), self.last)
        if self.broken is None:
            return LEFT + width * (day - self.first).days / (self.last - self.first).days
        old = width * OLD_SHARE
        if day <= self.broken:
            return LEFT + old * (day - self.first).days / (self.broken - self.first).days
        share = (day - self.broken).days / (self.last - self.broken).days
        return LEFT + old + (width - old) * share


def career(stays: Sequence[Stay], chain: Chain | None, on: date) -> Career | None:
    """The stays that have begun by the date, drawn and listed; None if there are none."""
    begun = sorted(
        (stay for stay in stays if stay.period.lower <= on), key=lambda stay: stay.period.lower
    )
    if not begun:
        return None
    scale = _scale(begun, on)
    long_day = _long_day(begun, chain, on)
    used = [row for row in ROWS if any(stay.kind in row[0] for stay in begun)]
    foot = TOP + ROW * len(used)
    out = [_head(begun, chain, long_day, on, foot)]
    if scale.broken:
        width = scale.x(scale.broken) - LEFT
        out.append(f'<rect x="{LEFT}" y="{TOP - 8}" width="{width:.0f}" height="{foot - TOP + 8}"'
                   ' class="fn" opacity=".45"/>')  # fmt: skip
    for number, (kinds, name, css, word_css) in enumerate(used):
        middle = TOP + ROW * number + ROW / 2
        out.append(f'<text x="0" y="{middle + 4:.0f}" class="t">{escape(name)}</text>')
        out.append(f'<path d="M{LEFT} {middle + ROW / 2:.0f}H{WIDTH}" class="grid"/>')
        for stay in begun:
            if stay.kind in kinds:
                out += _bar(stay, scale, middle, css, word_css, long_day, on)
    out += _lines(scale, chain, long_day, on, foot, used)
    out += _axis(scale, foot)
    out.append("</svg>")
    years = (
        f"{begun[0].period.lower.year}–{on.year}"
        if begun[0].period.lower.year < on.year
        else str(on.year)
    )
    return Career(
        mark_safe("".join(out)), _table(begun, chain, on), years, scale.broken is not None
    )


def _scale(begun: list[Stay], on: date) -> _TimeScale:
    first = min(begun[0].period.lower, on - timedelta(days=SHORTEST_DAYS))
    last = on + timedelta(days=ROOM_DAYS)
    broken = add_months(on, -DETAIL_MONTHS)
    return _TimeScale(first, broken if (broken - first).days > COMPRESSED_DAYS else None, last)


def _long_day(begun: list[Stay], chain: Chain | None, on: date) -> date | None:
    """The day the current chain became a long stay, counting nights; None if it is not long."""
    if chain is None or chain.days < chain.long.days:
        return None
    left = chain.long.days
    for stay in begun:
        if stay.kind != StayKind.TEMPORARY or stay.period.lower < chain.chain_start:
            continue
        nights = (min(stay.period.upper or on, on) - stay.period.lower).days
        if nights >= left:
            return stay.period.lower + timedelta(days=left)
        left -= nights
    return None


def _bar(
    stay: Stay,
    scale: _TimeScale,
    middle: float,
    css: str,
    word_css: str,
    long_day: date | None,
    on: date,
) -> list[str]:
    begins, ends = stay.period.lower, min(stay.period.upper or on, on)
    parts = [(begins, ends, css)]
    if stay.kind == StayKind.TEMPORARY and long_day and ends > long_day:
        parts = [(max(begins, long_day), ends, "fd")]
        if begins < long_day:
            parts.insert(0, (begins, long_day, css))
    out = []
    for start, stop, colour in parts:
        x, end = scale.x(start), scale.x(stop)
        out.append(
            f'<rect x="{x:.1f}" y="{middle - 10:.0f}" width="{max(end - x - 1, 2):.1f}" '
            f'height="20" rx="3" class="{colour}"/>'
        )
    start, stop, colour = parts[0]
    room = scale.x(stop) - scale.x(start) - 12
    words = _short(stay)
    if len(words) * CHARACTER <= room:
        word_css = "inv" if colour == "fd" else word_css
        x = scale.x(start) + 6
        out.append(
            f'<text x="{x:.1f}" y="{middle + 4:.0f}" class="{word_css}">{escape(words)}</text>'
        )
    return out


def _lines(
    scale: _TimeScale, chain: Chain | None, long_day: date | None, on: date, foot: int, used: list
) -> list[str]:
    out = []
    today = scale.x(on)
    if long_day:
        x = scale.x(long_day)
        label = _("dag %(day)s (%(date)s)") % {
            "day": chain.long.days,
            "date": f"{long_day.day:02}.{long_day.month:02}.",
        }
        out.append(f'<path d="M{x:.1f} 8V{foot}" class="ld"/>')
        out.append(f'<text x="{x - 4:.1f}" y="16" class="d" text-anchor="end">{label}</text>')
    out.append(f'<path d="M{today:.1f} 8V{foot}" class="l2"/>')
    out.append(f'<text x="{today + 5:.1f}" y="16" class="t">{_("i dag")}</text>')
    if chain and chain.is_open:
        row = next(i for i, kinds in enumerate(used) if StayKind.TEMPORARY in kinds[0])
        y = TOP + ROW * row + ROW / 2 + 4
        css = "d" if chain.long.is_long(chain.days) else "t"
        out.append(
            f'<text x="{today + 5:.1f}" y="{y:.0f}" class="{css}">{days_nb(chain.days)}</text>'
        )
    return out


def _axis(scale: _TimeScale, foot: int) -> list[str]:
    """Years under the compressed part, months or quarters under the rest, without overlaps."""
    out = [f'<path d="M{LEFT} {foot}H{WIDTH - RIGHT}" class="ax"/>']
    ticks: list[tuple[date, str]] = []
    plain_until = scale.broken or (scale.last if _years(scale) > 4 else scale.first)
    for year in range(scale.first.year + 1, plain_until.year + 1):
        if date(year, 1, 1) <= plain_until:
            ticks.append((date(year, 1, 1), str(year)))
    day = max(plain_until, scale.first)
    month = add_months(day.replace(day=1), 1)
    while month < scale.last:
        quarterly = (scale.last - day).days > QUARTERLY_DAYS
        if not quarterly or month.month in (1, 4, 7, 10):
            name = MONTHS[month.month - 1]
            ticks.append((month, f"{name} {month:%y}" if month.month == 1 else name))
        month = add_months(month, 1)
    free = 0.0
    for at, label in ticks:
        x = scale.x(at)
        half = len(label) * CHARACTER / 2
        if x - half < free or x + half > WIDTH:
            continue
        free = x + half + 8
        out.append(f'<path d="M{x:.1f} {foot}v4" class="ax"/>')
        out.append(f'<text x="{x:.1f}" y="{foot + 18}" text-anchor="middle">{label}</text>')
    return out


def _years(scale: _TimeScale) -> float:
    return (scale.last - scale.first).days / 365


def _head(
    begun: list[Stay], chain: Chain | None, long_day: date | None, on: date, foot: int
) -> str:
    parts = [f"{_short(stay)} {_span(stay)}" for stay in begun[-12:]]
    if chain and chain.is_open:
        parts.append(_("%(days)s i midlertidig bolig") % {"days": days_nb(chain.days)})
    if long_day:
        parts.append(
            _("dag %(day)s var %(date)s") % {"day": chain.long.days, "date": nbdate(long_day)}
        )
    return (
        f'<svg viewBox="0 0 {WIDTH} {foot + 24}" role="img" aria-labelledby="kt kd">'
        f'<title id="kt">{_("Boligkarriere")}</title>'
        f'<desc id="kd">{escape("; ".join(parts))}.</desc>'
    )


def _short(stay: Stay) -> str:
    return stay.unit.property.name if stay.unit else (stay.place or stay.get_kind_display())


def _span(stay: Stay) -> str:
    until = nbdate(stay.period.upper) if stay.period.upper else _("nå")
    return f"{nbdate(stay.period.lower)}–{until}"


def _table(
    begun: list[Stay], chain: Chain | None, on: date
) -> list[tuple[str, str, str, str, str]]:
    """From, to, where, kind, and why it ended, of each stay, the latest first."""
    rows = []
    for stay in reversed(begun):
        now = stay.period.upper is None or stay.period.upper > on
        if not now:
            why = stay.end_reason or "–"
        elif chain and chain.is_open and stay.kind == StayKind.TEMPORARY:
            why = _("Bor her nå (dag %(n)s)") % {"n": chain.days}
        else:
            why = _("Bor her nå")
        until = _("i dag") if stay.period.upper is None else nbdate(stay.period.upper)
        rows.append(
            (nbdate(stay.period.lower), until, stay.where, str(StayKind(stay.kind).label), why)
        )
    return rows
