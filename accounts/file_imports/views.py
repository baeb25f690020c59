"""Pages for importing a file: choose it, read the report, say yes, follow, stop, resume."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from common import spreadsheets
from common.access import allowed, require
from common.form_errors import errors_as_message

from ..enums import ImportState
from ..models import FileImport
from . import actions, perms, running
from .forms import ImportFileForm
from .kinds import KINDS, FileKind, Report, open_to

MOST_ROWS_SHOWN = 200


@require_safe
@allowed(perms.can_import_something)
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, and what has been."""
    kinds = open_to(request.user)
    done = (
        perms.visible_imports(request.user).select_related("uploaded_by").defer("content", "report")
    )
    context = {"kinds": kinds, "uploads": done.order_by("-uploaded_at", "-pk")[:20]}
    return render(request, "accounts/imports/imports.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_import_something)
@once
def import_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a file; the next page shows what importing it would do."""
    of_kind = _kind(request, kind)
    sent = request.method == "POST"
    form = ImportFileForm(*((request.POST, request.FILES) if sent else ()), kind=of_kind)
    if sent and form.is_valid():
        name, content = form.cleaned_data["file"]
        upload = actions.upload_file(
            kind=of_kind, file_name=name, content=content, by=request.user, at=timezone.now()
        )
        return redirect("accounts:import", upload.pk)
    earlier = (
        perms.visible_imports(request.user)
        .filter(kind=kind, state=ImportState.APPLIED)
        .select_related("confirmed_by")
        .defer("content", "report")
    )
    context = {
        "kind": of_kind,
        "form": form,
        "columns": of_kind.columns(),
        "earlier": earlier.order_by("-confirmed_at", "-pk")[:10],
        **of_kind.context(),
    }
    return render(request, "accounts/imports/new.html", context)


@require_safe
@allowed(perms.can_import_something)
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty file with the columns and an example row."""
    of_kind = _kind(request, kind)
    columns = of_kind.columns()
    content = spreadsheets.write(
        [column.name for column in columns], [[column.example for column in columns]], "xlsx"
    )
    return HttpResponse(
        content,
        content_type=spreadsheets.FORMATS["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="mal-{of_kind.key}.xlsx"'},
    )


@require_safe
@allowed(perms.can_import_something)
def import_one(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the run has come; then what the file means, row by row."""
    upload = _upload(request, pk)
    done, total = running.progress_of(upload)
    report = Report.from_json(upload.report) if upload.report else Report([])
    rows = report.rows
    if len(rows) > MOST_ROWS_SHOWN:
        rows = [row for row in rows if row.needs_a_look] or rows
        rows.sort(key=lambda row: (not row.errors, not row.changed, not row.missing, row.number))
    context = {
        "upload": upload,
        "kind": KINDS[upload.kind],
        "report": report,
        "rows": rows[:MOST_ROWS_SHOWN],
        "shortened": len(report.rows) > MOST_ROWS_SHOWN,
        "done": done,
        "total": total,
    }
    return render(request, "accounts/imports/import.html", context)


@require_safe
@allowed(perms.can_import_something)
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row of the report as a file: row number, verdict and remarks."""
    report = Report.from_json(_upload(request, pk).report or {"rows": []})
    names = ["rad", "resultat", "feil", "endres", "ikke avklart", "lest slik"]
    rows = (
        [row.number, row.verdict]
        + ["; ".join(lines) for lines in (row.errors, row.changed, row.missing, row.read_as)]
        for row in report.rows
    )
    return HttpResponse(
        spreadsheets.write(names, rows, "csv"),
        content_type=spreadsheets.FORMATS["csv"],
        headers={"Content-Disposition": f'attachment; filename="rapport-{pk}.csv"'},
    )


def _digest(sent: str) -> str:
    """The digest of the report that was read; what is no digest is that of no report."""
    return sent if re.fullmatch(r"[0-9a-f]{32}", sent) else ""


@require_POST
@allowed(perms.can_import_something)
@once
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    upload = _upload(request, pk)
    with errors_as_message(request):
        actions.confirm(
            upload=upload,
            digest=_digest(request.POST.get("digest", "")),
            with_changes=request.POST.get("changes") == "1",
            by=request.user,
            at=timezone.now(),
        )
    return redirect("accounts:import", upload.pk)


@require_POST
@allowed(perms.can_import_something)
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    upload = _upload(request, pk)
    with errors_as_message(request):
        actions.cancel(upload=upload, by=request.user, at=timezone.now())
        messages.success(request, _("Importen er stoppet."))
    return redirect("accounts:import", upload.pk)


@require_POST
@allowed(perms.can_import_something)
def import_resume(request: HttpRequest, pk: int) -> HttpResponse:
    upload = _upload(request, pk)
    with errors_as_message(request):
        actions.resume(upload=upload, by=request.user, at=timezone.now())
    return redirect("accounts:import", upload.pk)


def _kind(request: HttpRequest, key: str) -> FileKind:
    if key not in KINDS:
        raise Http404
    require(KINDS[key].may(request.user))
    return KINDS[key]


def _upload(request: HttpRequest, pk: int) -> FileImport:
    """The import, if the user may see it. Its kind's own right is required too."""
    upload = get_object_or_404(
        FileImport.objects.select_related("uploaded_by", "confirmed_by", "cancelled_by").defer(
            "content"
        ),
        pk=pk,
    )
    if upload.kind not in KINDS:
        raise Http404
    require(KINDS[upload.kind].may(request.user))
    if not perms.can_see_import(request.user, upload):
        raise Http404
    return upload
