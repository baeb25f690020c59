"""The project rules of scripts/checks.py find the errors they should find."""

from __future__ import annotations

from scripts import check_settings, checks


def write(root, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_template_line_of_120_characters_passes_whatever_its_bytes(tmp_path):
    write(tmp_path, "desk/day.html", f"<p>\n{'å' * 120}\n</p>\n")
    assert checks.template_width(tmp_path) == []


def test_a_wider_template_line_is_named_by_file_and_line(tmp_path):
    write(tmp_path, "desk/day.html", f"<p>\n{'å' * 121}\n</p>\n")
    assert checks.template_width(tmp_path) == [
        "templates/desk/day.html:2: 121 characters, at most 120"
    ]


def test_error_makes_the_run_fail_and_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    write(tmp_path, "404.html", "<p></p>\n")
    assert checks.main() == 0
    write(tmp_path, "404.html", "x" * 200)
    assert checks.main() == 1
    assert capsys.readouterr().out == "templates/404.html:1: 200 characters, at most 120\n"


SETTINGS = """KEYS = {
    "read_days": Key(1),
    "dead_days": Key(2),
    "in_words_only": Key(3),
}
"""
READER = """
'''dead_days is named in a docstring only.'''
from accounts import settings_table

def due(on):
    return settings_table.value("read_days", on) + settings_table.values(on, "misspelt_days")["x"]
"""


def test_a_setting_nobody_reads_and_a_read_one_that_is_not_declared_are_named(tmp_path):
    for name, text in {
        "accounts/settings_table.py": SETTINGS,
        "desk/clock.py": READER,
        "tests/test_clock.py": 'KEY = "dead_days"\n',  # a test is no reader
        "desk/migrations/0001_initial.py": 'KEY = "dead_days"\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name.split("/")[0] / "__init__.py").touch()
    where = "accounts/settings_table.py"
    assert check_settings.settings_are_read(tmp_path) == [
        f"desk/clock.py:6: the setting 'misspelt_days' is not declared in {where}",
        "accounts/settings_table.py:3: no code reads the setting 'dead_days': remove it",
        "accounts/settings_table.py:4: no code reads the setting 'in_words_only': remove it",
    ]
    alive = READER.replace("misspelt_days", "dead_days") + '\nKEYS = ("in_words_only",)\n'
    (tmp_path / "desk/clock.py").unlink()
    (tmp_path / "desk/clocks.py").write_text(alive, encoding="utf-8")
    where = "accounts/settings_table.py"
    assert check_settings.settings_are_read(tmp_path) == []
