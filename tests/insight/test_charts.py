"""A chart shows the same as its table, hides small numbers, and escapes text."""

from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from insight import charts
from insight.charts import Bar, Series

MONTHS = ["des", "jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov"]
NASTY = '<script>alert("x")</script>&\'"'


def all_kinds(text="Tittel", counts=(24, 3, 0)):
    common = {"id": "c", "title": text, "desc": text}
    labels = [text, "b", "c"]
    return {
        "grouped": charts.grouped_bars(
            **common,
            labels=labels,
            series=[Series(text, counts), Series("ut", counts[::-1], "f2")],
            first=text,
        ),
        "stacked": charts.stacked_bars(
            **common,
            labels=labels,
            series=[Series(text, counts), Series("over", counts[::-1], "fd")],
            first=text,
        ),
        "histogram": charts.histogram(
            **common, counts=counts, step=2, head=(text, text), marks=[(1.5, text)], beyond=4
        ),
        "hbars": charts.hbars(
            **common, rows=[Bar(text, n, text) for n in counts], head=(text, text)
        ),
        "dumbbell": charts.dumbbell(
            **common,
            labels=labels,
            have=Series(text, counts, "f2"),
            need=Series("behov", counts[::-1]),
            first=text,
            gap=text,
        ),
    }


def texts(chart) -> list[str]:
    return [e.text for e in ElementTree.fromstring(chart.svg).iter() if e.tag.endswith("text")]


@pytest.mark.parametrize("kind", all_kinds())
def test_a_chart_is_a_described_image_without_inline_style(kind):
    chart = all_kinds("Inn & ut")[kind]
    svg = ElementTree.fromstring(chart.svg)
    assert svg.get("role") == "img"
    ids = svg.get("aria-labelledby").split()
    assert [e.get("id") for e in svg if e.tag in {"title", "desc"}] == ids
    assert svg.find("title").text == "Inn & ut"
    assert "style" not in chart.svg
    assert chart.rows
    assert all(len(row) == len(chart.head) for row in chart.rows)


@pytest.mark.parametrize("kind", all_kinds())
def test_written_text_is_escaped(kind):
    chart = all_kinds(NASTY)[kind]
    ElementTree.fromstring(chart.svg)
    assert "<script" not in Template("{{ chart }}").render(Context({"chart": chart}))
    assert "<svg" in Template("{{ chart }}").render(Context({"chart": chart}))


def test_one_to_four_people_look_the_same_in_chart_and_table():
    for kind in ("grouped", "stacked", "histogram", "dumbbell"):
        drawn = {
            (chart.svg, str(chart.rows))
            for chart in (all_kinds(counts=(24, n, 30))[kind] for n in (1, 2, 3, 4))
        }
        assert len(drawn) == 1, kind
        assert "&lt;5" in str(all_kinds(counts=(24, 1, 30))["grouped"].svg)


def test_none_and_five_are_shown_as_they_are():
    chart = all_kinds(counts=(5, 0, 4))["grouped"]
    assert [row[1] for row in chart.rows] == ["5", "0", "<5"]


def test_sum_is_left_out_when_a_part_is_hidden():
    def last(*values):
        return charts.stacked_bars(
            id="c",
            title="t",
            desc="d",
            labels=["nov"],
            series=[Series(str(n), [value]) for n, value in enumerate(values)],
            first="Måned",
        )

    assert "51" in texts(last(20, 31))
    assert "<5" not in texts(last(20, 31))
    assert not {"23", "22", "22,5"} & set(texts(last(20, 3)))


def test_days_and_kroner_are_not_people():
    chart = charts.hbars(
        id="c", title="t", desc="d", rows=[Bar("Skade", 3, "3 dager")], head=("Årsak", "Dager")
    )
    assert chart.rows == [("Skade", "3 dager")]


def test_gap_never_reveals_a_hidden_number():
    def gap(have, need):
        return charts.dumbbell(
            id="c",
            title="t",
            desc="d",
            labels=["2-roms"],
            have=Series("Ledig", [have], "f2"),
            need=Series("Venter", [need]),
            first="Type",
            gap="Gap",
        ).rows[0][3]

    assert gap(9, 38) == "−29"
    assert gap(38, 9) == "+29"
    assert {gap(n, 16) for n in (1, 2, 3, 4)} == {"−12 eller mer"}
    assert {gap(16, n) for n in (1, 2, 3, 4)} == {"+12 eller mer"}
    assert {gap(a, b) for a in (1, 2, 3, 4) for b in (1, 2, 3, 4)} == {"–"}


def test_a_chart_without_numbers_says_so():
    empty = charts.grouped_bars(id="c", title="t", desc="d", labels=[], series=[], first="a")
    assert texts(empty) == ["Ingen tall for perioden."]
    assert empty.rows == []
    for chart in (
        charts.stacked_bars(id="c", title="t", desc="d", labels=[], series=[], first="a"),
        charts.histogram(id="c", title="t", desc="d", counts=[], step=1, head=("a", "b")),
        charts.hbars(id="c", title="t", desc="d", rows=[], head=("a", "b")),
    ):
        assert texts(chart) == ["Ingen tall for perioden."]


def test_values_and_labels_must_match():
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        charts.grouped_bars(
            id="c", title="t", desc="d", labels=["a"], series=[Series("s", [1, 2])], first="a"
        )


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
def test_no_bar_is_outside_the_chart(values):
    labels = [str(n) for n in values]
    chart = charts.grouped_bars(
        id="c", title="t", desc="d", labels=labels, series=[Series("s", values)], first="a"
    )
    for rect in ElementTree.fromstring(chart.svg).iter("rect"):
        x, y, width, height = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= charts.TOP - 0.1
        assert x + width <= charts.WIDTH + 0.1
        assert y + height <= charts.BASE + 0.2
    assert len(texts(chart)) >= 2
