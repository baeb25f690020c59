"""A letter as it was sent: the stored bytes, and who opened them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.reads import log_read

from .. import letters, perms
from ..models import Letter
from ..querysets import sees


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        Letter.objects.filter(sees(request.user, "person__")).select_related("application", "file"),
        pk=pk,
    )
    log_read(request, found.person_id, "brev")
    return HttpResponse(
        bytes(found.file.content),
        content_type=found.file.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{letters.file_name(found)}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
