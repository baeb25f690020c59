"""The project rules of scripts/checks.py find the errors they should find."""

from __future__ import annotations

from scripts import checks


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
