"""Verbs of listening."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from identity.errors import Refused
from oversight.models import Feedback


def leave_feedback(*, page: str, helpful: bool | None, text: str, at: dt.datetime) -> Feedback:
    """Keep what somebody said, anonymously. Raises Refused when nothing was said."""
    if helpful is None and not text:
        raise Refused(_("Hãy chọn Có hoặc Không, hoặc viết vài chữ."))
    return Feedback.objects.create(page=page, helpful=helpful, text=text, created_at=at)
