"""Small charts as inline SVG, made on the server, each with a table of the same numbers.

Colours are classes of `static/css/figures.css` (f1 f2 f3 f4 fd fw fn for areas, l1 l2 ld ax
grid for lines, t d s for texts), so that light, dark and print work without inline style. A
figure has `role="img"` with a title and a description; its numbers can be read in the table.

Counts of one to four people are hidden: a dashed box marked "<5", of the same height for all of
them, and "<5" in the table (need I9). `people=False` is for counts of something else (days,
kroner, dwellings). `id`, `title` and `desc` name the figure; `head` and `first` name columns of
the table. Source: design, UI "Oversikt".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common.formatting import MINUS, number

WIDTH, HEIGHT = 353, 178
BASE, TOP = 152, 10  # y of the zero line and of the highest line of a vertical chart
LEFT = 30
FEWEST_SHOWN = 5
FEW = "<5"

CHARACTER = 6.4  # about the width of a 12 px letter of Inter, to keep texts from overlapping


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: its name in the legend, its values, its CSS class."""

    label: str
    values: Sequence[float | None]
    css: str = "f1"


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar, with `text` after it, or the value if there is no text."""

    label: str
    value: float
    text: str = ""
    css: str = "f1"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and the table of its numbers. In a template `{{ chart }}` is the drawing."""

    svg: SafeString
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    legend: list[tuple[str, str]] = field(default_factory=list)  # (class, label)

    def __html__(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg


def is_few(value: float | None, people: bool = True) -> bool:
    """Whether a count is so low that it could identify somebody: one to four people."""
    return people and value is not None and 0 < value < FEWEST_SHOWN


def shown(value: float | None, people: bool = True) -> str:
    """A count as it may be shown: "<5" for one to four people, "–" for None."""
    if value is None:
        return "–"
    return FEW if is_few(value, people) else number(value)


def grouped_bars(
    *,
    id: str,
    title: str,
    desc: str,
    labels: Sequence[str],
    series: Sequence[Series],
    first: str,
    people: bool = True,
) -> Chart:
    """Bars side by side for each label."""
    _same_length(labels, series)
    scale = _Scale.reaching(_highest((v for part in series for v in part.values), people))
    slot = (WIDTH - LEFT) / max(len(labels), 1)
    width = min(slot * 0.76 / max(len(series), 1), 28)
    start = (slot - width * len(series)) / 2
    out = [scale.axis()]
    for i in range(len(labels)):
        for j, part in enumerate(series):
            x = LEFT + i * slot + start + j * width
            out.append(_bar(x + 0.5, width - 1, part.values[i], part.css, scale, people))
    out.append(_labels_below(labels, slot))
    figure = _figure(id, title, desc, out, empty=not labels)
    return _with_table(figure, labels, series, first, people)


def stacked_bars(
    *,
    id: str,
    title: str,
    desc: str,
    labels: Sequence[str],
    series: Sequence[Series],
    first: str,
    people: bool = True,
) -> Chart:
    """Bars on top of each other, the first series lowest, with the sum above the last column.

    There is no sum if a part is hidden, because the part could be computed from it.
    """
    _same_length(labels, series)
    half = FEWEST_SHOWN / 2
    heights = [
        [half if is_few(part.values[i], people) else (part.values[i] or 0) for part in series]
        for i in range(len(labels))
    ]
    scale = _Scale.reaching(max(map(sum, heights), default=0))
    slot = (WIDTH - LEFT) / max(len(labels), 1)
    width = min(slot - 8, 32)
    out = [scale.axis()]
    for i, column in enumerate(heights):
        x, y = LEFT + i * slot + (slot - width) / 2, float(BASE)
        for part, value in zip(series, column, strict=True):
            height = scale.height(value)
            y -= height
            if is_few(part.values[i], people):
                out.append(_dashed(x + 0.5, y + 0.5, width - 1, max(height - 1.3, 1)))
            elif height:
                out.append(_rect(x, y, width, max(height - 0.8, 0.6), part.css))
        is_last = i == len(labels) - 1
        if is_last and column and not any(is_few(part.values[i], people) for part in series):
            out.append(_text(x + width / 2, y - 5, number(sum(column)), "t", "middle"))
    out.append(_labels_below(labels, slot))
    figure = _figure(id, title, desc, out, empty=not labels)
    return _with_table(figure, labels, series, first, people)


def _with_table(
    figure: SafeString, labels: Sequence[str], series: Sequence[Series], first: str, people: bool
) -> Chart:
    rows = [
        (label, *(shown(part.values[i], people) for part in series))
        for i, label in enumerate(labels)
    ]
    head = (first, *(part.label for part in series))
    return Chart(figure, head, rows, [(part.css, part.label) for part in series])


def histogram(
    *,
    id: str,
    title: str,
    desc: str,
    counts: Sequence[int],
    step: int,
    head: tuple[str, str],
    start: int = 0,
    marks: Sequence[tuple[float, str]] = (),
    beyond: float | None = None,
    open_ended: bool = False,
    people: bool = True,
) -> Chart:
    """How many fall in `[start, start + step)` and each interval after it.

    `marks` are vertical lines with a text (median, P90); bars from `beyond` on are pale;
    `open_ended`: the last interval also holds everything after it.
    """
    top = 22 if marks else TOP
    scale = _Scale.reaching(_highest(counts, people), top=top)
    end = start + step * len(counts)

    def x_of(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 4) * (value - start) / max(end - start, 1)

    out = [scale.axis()]
    for i, count in enumerate(counts):
        low = start + i * step
        css = "f3" if beyond is not None and low >= beyond else "f1"
        width = x_of(low + step) - x_of(low) - 2
        out.append(_bar(x_of(low) + 1, width, count, css, scale, people))
    out.append(_marks([(x_of(value), text) for value, text in marks]))
    every = max(1, math.ceil(len(counts) / 6))
    for i in range(0, len(counts) + 1, every):
        value = start + i * step
        text = f"{value}+" if open_ended and i == len(counts) else str(value)
        out.append(_text(min(x_of(value), WIDTH - 9), 170, text, anchor="middle"))
    rows = []
    for i, count in enumerate(counts):
        low = start + i * step
        last = open_ended and i == len(counts) - 1
        name = _("%(n)s og over") % {"n": low} if last else f"{low}–{low + step}"
        rows.append((name, shown(count, people)))
    return Chart(_figure(id, title, desc, out, empty=not counts), head, rows)


def hbars(
    *,
    id: str,
    title: str,
    desc: str,
    rows: Sequence[Bar],
    head: tuple[str, str],
    people: bool = False,
) -> Chart:
    """Horizontal bars with the name above and a text after each."""
    longest = max((bar.value for bar in rows), default=0) or 1
    room = max((len(_after(bar, people)) for bar in rows), default=0) * CHARACTER + 10
    full = max(WIDTH - max(room, 150), 80)
    out = []
    for i, bar in enumerate(rows):
        y = 16 + i * 42
        few = is_few(bar.value, people)
        width = full * (FEWEST_SHOWN / max(longest, FEWEST_SHOWN) if few else bar.value / longest)
        out.append(_text(0, y, bar.label, "t"))
        if few:
            out.append(_dashed(0.5, y + 7.5, max(width - 1, 12), 12))
        elif bar.value:
            out.append(_rect(0, y + 7, max(width, 1.5), 13, bar.css, radius=2))
        out.append(_text(width + 8 if bar.value else 0, y + 18, _after(bar, people)))
    height = max(HEIGHT, 16 + len(rows) * 42)
    return Chart(
        _figure(id, title, desc, out, height, empty=not rows),
        head,
        [(bar.label, _after(bar, people)) for bar in rows],
    )


def dumbbell(
    *,
    id: str,
    title: str,
    desc: str,
    labels: Sequence[str],
    have: Series,
    need: Series,
    first: str,
    gap: str,
    people: bool = True,
) -> Chart:
    """For each label two points with a line between them, and the gap (have minus need).

    `gap` names the table's last column. If one of the two numbers is hidden, the gap is given as
    its smallest possible size ("−12 eller mer"); if both are, as "–".
    """
    _same_length(labels, (have, need))
    highest = _highest([*have.values, *need.values], people)
    step = _step(highest)
    top = step * max(math.ceil(highest / step), 1)
    left, right = 112, WIDTH - 44

    def x_of(value: float) -> float:
        return left + (right - left) * value / top

    out, rows = [], []
    for i, label in enumerate(labels):
        y = 14 + i * 27
        a, b = have.values[i] or 0, need.values[i] or 0
        xa, xb = (x_of(FEWEST_SHOWN / 2 if is_few(v, people) else v) for v in (a, b))
        short, long = _gap(a, b, people)
        out += [
            _text(0, y + 5, _cut(label, 18), "t"),
            f'<path d="M{left} {y}H{right}" class="grid"/>',
            _rect(min(xa, xb), y - 1.5, abs(xb - xa), 3, "f2"),
            _dot(xa, y, have.css, is_few(a, people)),
            _dot(xb, y, need.css, is_few(b, people)),
            _text(WIDTH, y + 4.5, short, "d" if b > a else "t", "end"),
        ]
        rows.append((label, shown(b, people), shown(a, people), long))
    below = 14 + len(labels) * 27
    for value in range(0, int(top) + 1, int(step)):
        out.append(_text(x_of(value), below + 6, number(value), anchor="middle"))
    return Chart(
        _figure(id, title, desc, out, max(HEIGHT, below + 10), empty=not labels),
        (first, need.label, have.label, gap),
        rows,
        [(need.css, need.label), (have.css, have.label)],
    )


# ---------------------------------------------------------------- the parts of a drawing


@dataclass(frozen=True, slots=True)
class _Scale:
    """A vertical axis from 0 to `end`, with a line for each `step`."""

    end: float
    step: float
    top: float = TOP

    @classmethod
    def reaching(cls, highest: float, top: float = TOP) -> _Scale:
        step = _step(highest)
        return cls(step * max(math.ceil(highest / step), 1), step, top)

    def height(self, value: float) -> float:
        return (BASE - self.top) * value / self.end

    def axis(self) -> str:
        out = []
        for i in range(round(self.end / self.step) + 1):
            y = BASE - self.height(i * self.step)
            css = "grid" if i else "ax"
            out.append(f'<path d="M{LEFT - 4} {y:.1f}H{WIDTH}" class="{css}"/>')
            out.append(_text(LEFT - 10, y + 4, _tick(i * self.step), anchor="end"))
        return "".join(out)


def _step(highest: float) -> int:
    """A round step (1, 2 or 5 times a power of ten) that gives three to five lines."""
    rough = max(highest, 1) / 4
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    return int(next(n * power for n in (1, 2, 5, 10) if n * power >= rough))


def _tick(value: float) -> str:
    """A number of at most three characters, shortened to k (thousands) or m (millions)."""
    if value >= 1_000_000:
        return f"{number(value / 1_000_000).removesuffix(',0')}m"
    if value >= 1_000:
        return f"{number(value / 1_000).removesuffix(',0')}k"
    return number(value)


def _highest(values: Iterable[float | None], people: bool) -> float:
    heights = (FEWEST_SHOWN if is_few(v, people) else v for v in values if v is not None)
    return max(heights, default=0)


def _bar(x: float, width: float, value: float | None, css: str, scale: _Scale, people: bool) -> str:
    if not value:
        return ""
    if is_few(value, people):
        height = scale.height(FEWEST_SHOWN)
        box = _dashed(x, BASE - height, max(width, 1), height)
        fits = width >= 15
        note = _text(x + width / 2, BASE - height / 2 + 4, FEW, "s", "middle") if fits else ""
        return box + (note if height >= 12 else "")
    height = scale.height(value)
    return _rect(x, BASE - height, max(width, 1), height, css)


def _labels_below(labels: Sequence[str], slot: float) -> str:
    widest = max((len(label) for label in labels), default=0) * CHARACTER + 4
    every = max(1, math.ceil(widest / slot))
    # From the right, so that the latest month has its label.
    return "".join(
        _text(LEFT + i * slot + slot / 2, 170, label, anchor="middle")
        for i, label in enumerate(labels)
        if (len(labels) - 1 - i) % every == 0
    )


def _marks(marks: list[tuple[float, str]]) -> str:
    out, taken = [], -math.inf
    for x, text in sorted(marks):
        left = x + 5 + len(text) * CHARACTER > WIDTH
        near = not left and x + 5 < taken
        y = 34 if near else 20
        out.append(f'<path d="M{x:.1f} 14V{BASE}" class="l2"/>')
        out.append(_text(x - 5 if left else x + 5, y, text, "t", "end" if left else "start"))
        taken = x + 5 + len(text) * CHARACTER
    return "".join(out)


def _gap(have: float, need: float, people: bool) -> tuple[str, str]:
    """The difference, short for the drawing and in words for the table."""
    hidden = [is_few(have, people), is_few(need, people)]
    if all(hidden):
        return "–", "–"
    if not any(hidden):
        text = _signed(have - need)
        return text, text
    # One of them is 1 to 4: use the value that gives the smallest gap.
    known_missing = need - (FEWEST_SHOWN - 1) if hidden[0] else 1 - have
    if known_missing <= 0:
        over = have - (FEWEST_SHOWN - 1) if hidden[1] else 1 - need
        if over <= 0:
            return "–", "–"
        return f"+{number(over)}+", _("+%(n)s eller mer") % {"n": number(over)}
    return (
        f"{MINUS}{number(known_missing)}+",
        _("%(minus)s%(n)s eller mer") % {"minus": MINUS, "n": number(known_missing)},
    )


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _after(bar: Bar, people: bool) -> str:
    return bar.text if bar.text and not is_few(bar.value, people) else shown(bar.value, people)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _same_length(labels: Sequence[str], series: Iterable[Series]) -> None:
    for part in series:
        if len(part.values) != len(labels):
            raise ValueError(f"{part.label}: {len(part.values)} values for {len(labels)} labels")


def _rect(x: float, y: float, width: float, height: float, css: str, radius: int = 0) -> str:
    rx = f' rx="{radius}"' if radius else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{rx} '
        f'class="{escape(css)}"/>'
    )


def _dashed(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="ax" '
        'fill="none" stroke-dasharray="2 2"/>'
    )


def _dot(x: float, y: float, css: str, few: bool) -> str:
    if few:  # hollow, because the place is not exact
        return (
            f'<circle cx="{x:.1f}" cy="{y}" r="4.5" class="fn"/>'
            f'<circle cx="{x:.1f}" cy="{y}" r="4.5" class="ax" fill="none" '
            'stroke-dasharray="2 2"/>'
        )
    return f'<circle cx="{x:.1f}" cy="{y}" r="5" class="{escape(css)}"/>'


def _text(x: float, y: float, content: str, css: str = "", anchor: str = "") -> str:
    attributes = f' class="{css}"' if css else ""
    attributes += f' text-anchor="{anchor}"' if anchor and anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(content)}</text>'


def _figure(
    id: str, title: str, desc: str, body: list[str], height: float = HEIGHT, empty: bool = False
) -> SafeString:
    """The SVG element around a drawing, whose texts the helpers above have escaped."""
    if empty:
        body = [_text(WIDTH / 2, HEIGHT / 2, _("Ingen tall for perioden."), anchor="middle")]
    name = escape(id)
    return mark_safe(
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(desc)}</desc>'
        f"{''.join(body)}</svg>"
    )
