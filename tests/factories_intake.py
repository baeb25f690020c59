"""Factories for the intake of applications."""

from __future__ import annotations

from casework.applications.actions.intake import ask_for_papers
from casework.models import Application, MissingPaper
from tests.factories import ApplicationFactory, UserFactory, days_ago, now


def MissingPaperFactory(
    application: Application | None = None, *papers: str, **changes
) -> MissingPaper:
    """The first paper of a request for papers (mangelbrev) sent now."""
    application = application or ApplicationFactory()
    letter = ask_for_papers(
        **{
            "application": application,
            "papers": list(papers) or ["Siste lønnsslipp"],
            "due_on": days_ago(-14),
            "by": UserFactory(caseworker=True),
            "at": now(),
            **changes,
        }
    )
    return letter.paper_request.papers.first()
