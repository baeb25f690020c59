from __future__ import annotations

import uuid

from django import template
from django.utils.html import format_html

from ..once import FIELD

register = template.Library()


@register.simple_tag
def form_token() -> str:
    """A hidden token for a form that is only a button (see `accounts.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
