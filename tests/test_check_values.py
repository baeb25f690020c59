"""The project rules on values report bare enum values and bare numbers of days, and no others."""

from __future__ import annotations

import pytest

from scripts.check_values import day_numbers, enum_strings

ENUMS = """
class StayKind(models.TextChoices):
    TEMPORARY = "midlertidig", _("Midlertidig bolig")
    LEASE = "leie", _("Kommunalt leieforhold")
"""


@pytest.fixture
def project(tmp_path):
    def write(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path

    write("stays/__init__.py", "")
    write("stays/enums.py", ENUMS)
    return write


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1\\nFROM s WHERE kind = 'leie'",
        "SELECT 1\\nFROM s WHERE kind IN ('ute', 'leie')",
        "SELECT 1,\\nCASE kind WHEN 'leie' THEN 1 END",
        "SELECT 1,\\ncoalesce(kind, 'leie')",
        "true\\nAND kind <> 'leie'",
        "SELECT id,\\n'leie' AS kind FROM s",
    ],
)
def test_an_enum_value_in_sql_is_named_by_file_and_line(project, sql):
    root = project("stays/rules.py", f'SQL = """{sql}"""'.replace("\\n", "\n"))
    assert enum_strings(root) == ["stays/rules.py:2: 'leie' is a StayKind: use enum_params"]


@pytest.mark.parametrize(
    ("name", "enum"),
    [
        ("enums.py", "class OtherKind(models.IntegerChoices):\n    ONE = 1"),
        ("plan.py", "class Plan(TextChoices):\n    SHORT = 'kort', _('Kort')"),
        ("plan.py", "def make():\n    class Plan(StrEnum):\n        SHORT = 'kort'"),
        ("plan.py", "class Base(StrEnum):\n    pass\nclass Plan(Base):\n    SHORT = 'kort', 1"),
    ],
)
def test_enums_of_every_file_are_known(project, name, enum):
    project(f"peers/{name}", enum)
    project("peers/__init__.py", "")
    root = project("stays/rules.py", "SQL = \"WHERE kind = 'leie' OR plan = 'kort'\"")
    errors = ["stays/rules.py:1: 'leie' is a StayKind: use enum_params"]
    if name == "plan.py":
        errors.insert(0, "stays/rules.py:1: 'kort' is a Plan: use enum_params")
    assert enum_strings(root) == errors


@pytest.mark.parametrize(
    "code",
    [
        "same = stay.kind == 'leie'",
        "same = 'leie' != stay.kind",
        "same = stay.kind in (StayKind.TEMPORARY, 'leie')",
        "leases = numbers.get('leie', 0)",
        "leases = stays.filter(kind='leie')",
        "leases = Q(person=person, kind='leie')",
        "class Facts: kind: str = 'leie'",
        "def stays(kind='leie'): ...",
        "def stays(*, kind='leie'): ...",
        "url = reverse('stays') + '?type=leie'",
        "url = f'{base}?mine=1&type=leie'",
    ],
)
def test_an_enum_value_in_python_is_named_by_file_and_line(project, code):
    root = project("stays/rules.py", f"\n{code}")
    assert enum_strings(root) == ["stays/rules.py:2: 'leie' is a StayKind: use the enum"]


@pytest.mark.parametrize(
    "code",
    [
        "kind = request.GET.get('leie')",
        "rent = facts['leie']",
        "shown = 'leie' in request.GET",
        "name = path('leie/', name='leie')",
        "url = f'?type={StayKind.LEASE}'",
        "same = stay.kind == 'ute'",
    ],
)
def test_name_of_a_field_or_a_page_is_not_reported(project, code):
    assert enum_strings(project("stays/rules.py", code)) == []


def test_parameter_json_key_and_docstring_are_not_reported(project):
    root = project(
        "stays/rules.py",
        '"""Where kind = \'leie\'."""\n'
        "SQL = \"WHERE kind = %(StayKind.LEASE)s AND place = 'Breivika'\"\n"
        "FACTS = \"jsonb_build_object('leie', s.id)\"\n",
    )
    assert enum_strings(root) == []


@pytest.mark.parametrize("written", ["stay.kind == 'leie'", '"leie" != stay.kind'])
def test_an_enum_value_compared_with_in_a_template_is_named(project, written):
    root = project("templates/stays/stay.html", f"<p>\n{{% if {written} %}}Leie{{% endif %}}</p>")
    assert enum_strings(root) == [
        "templates/stays/stay.html:2: 'leie' is a StayKind: use a property"
    ]


def test_an_enum_value_in_a_link_of_a_template_is_named(project):
    root = project("templates/stays/stay.html", "\n<a href=\"{% url 'new' %}?type=leie\">")
    assert enum_strings(root) == [
        "templates/stays/stay.html:2: 'leie' is a StayKind: use a variable"
    ]


def test_template_can_compare_with_other_values(project):
    root = project(
        "templates/stays/stay.html",
        '{% if color == "danger" %}{% endif %}{% translate "leie" as text %}{{ text }}',
    )
    assert enum_strings(root) == []


@pytest.mark.parametrize(
    "code",
    [
        "until = on + timedelta(days=14)",
        "until = on - timedelta(weeks=-3)",
        "until = add_months(on, -18)",
        "long = chain.days > 90",
        "adult = 18 <= age",
        "LONG_DAYS = 90",
        "FIRST_DAYS, NAME = 90, 'x'",
        "def bar(number, warn_days=60): ...",
        "SQL = \"WHERE born > %(on)s - interval '18 years'\"",
        'SQL = "WHERE days >= 90"',
    ],
)
def test_a_bare_number_of_days_is_named_by_file_and_line(project, code):
    (error,) = day_numbers(project("stays/rules.py", code))
    assert error.startswith(("stays/rules.py:1: ", "stays/rules.py:0: "))
    assert error.endswith(": make it a setting in accounts/settings_table.py")


@pytest.mark.parametrize(
    "code",
    [
        "tomorrow = on + timedelta(days=1)",
        "until = on + timedelta(days=numbers['notice_days'])",
        "next_month = add_months(on, 1)",
        "three_years = add_months(on, 12 * years)",
        "over = left.days < 0",
        "PAGE_SIZE = 50",
        "SQL = \"generate_series(%(first)s, %(on)s, interval '1 month')\"",
    ],
)
def test_next_day_and_a_setting_are_not_reported(project, code):
    assert day_numbers(project("stays/rules.py", code)) == []


def test_settings_demo_and_tests_can_name_days(project):
    for name in ("accounts/settings_table.py", "demo/lives.py", "tests/test_stays.py"):
        project(f"{name.split('/', 1)[0]}/__init__.py", "")
        root = project(name, "LONG_DAYS = 90")
    assert day_numbers(root) == []


def test_days_compared_with_a_number_in_a_template_are_named(project):
    root = project("templates/stays/stay.html", "\n{% if row.days > 90 %}Lenge{% endif %}")
    assert day_numbers(root) == [
        "templates/stays/stay.html:2: 90: make it a setting in accounts/settings_table.py"
    ]
