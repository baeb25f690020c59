"""Writes docs/access-matrix.md: every role and every right, from the `perms.py` modules.

.venv/bin/python -m scripts.access_matrix
"""

from __future__ import annotations

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "access-matrix.md"
HEAD = """# Access matrix

Every role and every right, made by `python -m scripts.access_matrix` from the code that decides
(`accounts/access/rights.py`); a test fails when it is out of date. Varig shows the same to the
manager, the privacy officer and the system administrator: «Roller og tilgang», «Rettigheter».
«ja» is yes; other words are the condition; «–» is no. A right holds while the role lasts. Whom a
user may see is decided for each person as well (`visible_to`); protected and shielded persons
need an access of their own.
"""


def page() -> str:
    """The whole page."""
    from accounts.access.rights import all_rights
    from accounts.enums import RoleKind

    lines, area = [HEAD], ""
    for right in all_rights():
        if right.area != area:
            area = right.area
            roles = " | ".join(str(kind.label) for kind in RoleKind)
            lines.append(
                f"\n## {area}\n\n| Rett | {roles} | Funksjon |\n|{'---|' * (len(RoleKind) + 2)}"
            )
        cells = " | ".join((words or "ja") if may else "–" for may, words in right.cells)
        lines.append(f"| {right.label} | {cells} | `{right.key}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("VARIG_MODE", "test")
    import django

    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
