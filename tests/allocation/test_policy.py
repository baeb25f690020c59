"""The conditions of the priority policy, and the errors of an invalid policy."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from allocation import defaults, policy
from allocation.facts import Facts

ON = date(2026, 11, 20)
DEFAULT = policy.read(defaults.CLASSES, defaults.TIE_BREAKERS)


def facts(**known) -> Facts:
    base = {"on": ON, "received_on": date(2026, 1, 5), "issued_on": date(2026, 2, 5)}
    return Facts(**base | known)


@pytest.mark.parametrize(
    ("known", "number", "because"),
    [
        ({}, 4, []),
        ({"no_place": True, "on_street": True}, 1, ["no_place_tonight"]),
        ({"in_temporary": True, "children": 1, "children_living": 1}, 1, ["child_in_temporary"]),
        ({"in_temporary": True, "children": 1}, 2, ["homeless"]),  # the child only visits
        ({"children": 2}, 4, []),
        ({"discharge_on": ON + timedelta(days=14)}, 1, ["discharge_within_days"]),
        (
            {"discharge_on": ON + timedelta(days=15)},
            2,
            ["homeless", "discharge_within_days"],
        ),
        ({"discharge_on": ON + timedelta(days=61)}, 2, ["homeless"]),  # two months are 61 days
        ({"discharge_on": ON + timedelta(days=62)}, 4, []),
        # `discharge_on` is known only for those without a home on that day.
        ({"discharge_on": ON + timedelta(days=3), "has_home": True}, 1, ["discharge_within_days"]),
        ({"in_temporary": True, "temporary_days": 90}, 2, ["homeless"]),
        (
            {"in_temporary": True, "temporary_days": 91, "temporary_since": date(2026, 8, 21)},
            2,
            ["temporary_days_over", "homeless"],
        ),
        ({"unsafe": True, "has_home": True}, 2, ["violence_or_threat"]),
        ({"with_others": True}, 2, ["homeless"]),
        ({"unsuitable_access": True, "has_home": True}, 3, ["unsuitable_access"]),
        ({"unsuitable_other": True, "has_home": True}, 4, []),
        (
            {"must_leave_by": ON + timedelta(days=90), "has_home": True},
            3,
            ["loses_home_within_days"],
        ),
        ({"must_leave_by": ON + timedelta(days=91), "has_home": True}, 4, []),
    ],
)
def test_default_policy_gives_the_class_of_the_first_true_condition(known, number, because):
    case = facts(**known)
    assert DEFAULT.class_of(case).number == number
    assert [why.condition for why in DEFAULT.because(case)] == because


def test_the_reason_names_the_fact_and_its_date():
    case = facts(in_temporary=True, temporary_days=117, temporary_since=date(2026, 7, 26))
    assert DEFAULT.because(case)[0].sentence.replace("\u00a0", " ") == (
        "Har bodd 117 dager i midlertidig bolig, siden 26.07.2026. Grensen er 90."
    )


def test_all_any_and_not_combine():
    read = policy.read(
        [
            {
                "name": "Unge uten hjem",
                "all": [{"under_age": 25}, {"not": "children_in_household"}],
                "any": ["homeless", "transfer_requested"],
            },
            {"name": "Resten"},
        ]
    )
    young = {"born": date(2004, 3, 1), "with_others": True}
    assert read.class_of(facts(**young)).number == 1
    assert read.class_of(facts(**young, children=1)).number == 2
    assert read.class_of(facts(born=date(2004, 3, 1))).number == 2
    assert read.class_of(facts(with_others=True)).number == 2  # an unknown age is not young


def test_time_alone_changes_the_class_on_a_predicted_day():
    read = policy.read(
        [{"name": "Lenge", "any": [{"temporary_days_over": 90}]}, {"name": "Resten"}]
    )
    case = facts(in_temporary=True, temporary_days=86, temporary_since=date(2026, 8, 26))
    day, to, because = read.next_change(case)
    assert (day, to.name) == (ON + timedelta(days=5), "Lenge")
    assert because[0].sentence.replace("\u00a0", " ").startswith("Har bodd 91 dager")
    assert (
        read.next_change(facts(temporary_days=86)) is None
    )  # during a break the days are not counted


def test_changes_that_would_raise_the_class_are_listed_nearest_first():
    raising = DEFAULT.would_raise(facts())
    assert [higher.name for higher, _labels in raising] == ["Stort behov", "Haster", "Akutt"]
    assert "boligen må forlates innen 90 dager" in raising[0][1]


def test_person_outside_every_class_still_has_a_place_in_the_list():
    read = policy.read([{"name": "Bostedsløse", "any": ["homeless"]}])
    assert read.class_of(facts()).number == 2


@pytest.mark.parametrize(
    ("classes", "ties", "says"),
    [
        ([], [], "classes"),
        ([{"name": ""}], [], "classes[0].name"),
        ([{"name": "A", "any": ["homles"]}], [], "Mente du «homeless»"),
        ([{"name": "A", "any": [{"temporary_days_over": "90"}]}], [], "temporary_days_over"),
        ([{"name": "A", "any": [{"temporary_days_over": -1}]}], [], "temporary_days_over"),
        ([{"name": "A", "any": ["temporary_days_over"]}], [], "trenger et tall"),
        ([{"name": "A", "any": [{"homeless": 3}]}], [], "tar ikke noe tall"),
        ([{"name": "A", "anny": ["homeless"]}], [], "anny"),
        ([{"name": "A", "any": [{"all": []}]}], [], "classes[0].any[0].all"),
        ([{"name": "A"}, {"name": "B"}], [], "classes[0]"),
        ([{"name": "A", "any": ["homeless"]}, {"name": "A"}], [], "to ganger"),
        ([{"name": "A"}], ["childrn_first"], "Mente du «children_first»"),
        ([{"name": "A"}], ["children_first", "children_first"], "tie_breakers[1]"),
        ("klasser", [], "classes"),
    ],
)
def test_invalid_policy_is_refused_and_the_error_located(classes, ties, says):
    with pytest.raises(policy.PolicyInvalid) as error:
        policy.read(classes, ties)
    assert says in str(error.value)
