"""Writes docs/vedtak-checks.md: what a vedtak is checked for, from the table in the code."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "vedtak-checks.md"

BEGINS = """# Hva et vedtak sjekkes for

Siden skrives av `make model` fra tabellen i `casework/vedtak/checks.py`; endre den der.

Det som **må være i orden**, stopper både «Send til godkjenning» og godkjenningen. Det Varig
**spør om**, kan den som skriver bekrefte; svaret følger vedtaket, og spørsmålet kommer igjen hvis
forholdene endrer seg. En tekst må ha ord: prikker, ett ord mange ganger og en kopiert overskrift er
ingen begrunnelse.

| Del | Hva | Kilde | |
|---|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    from casework.vedtak.completeness import PARTS, checks

    lines = [
        f"| {PARTS[check.part]} | {check.what} | {check.source} "
        f"| {'må være i orden' if check.bars else 'spør'} |"
        for check in checks()
    ]
    return BEGINS + "\n".join(lines) + "\n"
