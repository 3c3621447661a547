"""Filters of the inbox kept under a name: the owner changes them, the unit may use those that are shared."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import SavedFilter
from identity.errors import Conflict, NotFound, Refused

MOST_SAVED = 50
LONGEST_NAME = 60


def save_filter(*, name: str, tab: str, query: str, by: Actor, at: dt.datetime) -> SavedFilter:
    """Keep ``query`` of ``tab`` under a name of the officer's own. Raises Refused and Conflict (name taken)."""
    if not query:
        raise Refused(_("Chưa chọn bộ lọc nào để lưu. Hãy lọc trước, rồi đặt tên."))
    if SavedFilter.objects.filter(owner=by.user_id).count() >= MOST_SAVED:
        raise Refused(_("Đã có %(most)d bộ lọc. Hãy xóa bớt trước khi lưu thêm.") % {"most": MOST_SAVED})
    kept = SavedFilter(
        owner_id=cast(int, by.user_id),
        agency_id=cast(int, by.agency_id),
        name=_named(name),
        tab=tab,
        query=query,
        created_at=at,
    )
    return _stored(kept)


def rename_filter(*, saved: int, name: str, by: Actor) -> SavedFilter:
    kept = _own(saved, by)
    kept.name = _named(name)
    return _stored(kept)


def pin_filter(*, saved: int, pinned: bool, by: Actor) -> SavedFilter:
    """Pinned filters stand first."""
    kept = _own(saved, by)
    kept.is_pinned = pinned
    return _stored(kept)


def share_filter(*, saved: int, shared: bool, by: Actor) -> SavedFilter:
    """Let every officer of the agency use the filter, or no longer."""
    kept = _own(saved, by)
    kept.is_shared, kept.agency_id = shared, by.agency_id or kept.agency_id
    return _stored(kept)


def delete_filter(*, saved: int, by: Actor) -> None:
    _own(saved, by).delete()


def _own(saved: int, by: Actor) -> SavedFilter:
    found = SavedFilter.objects.filter(pk=saved, owner=by.user_id).first()
    if found is None:
        raise NotFound(_("Không có bộ lọc này, hoặc bộ lọc của người khác. Chỉ người lưu mới sửa được."))
    return found


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("Hãy đặt tên bộ lọc, dài nhất %(most)d chữ cái.") % {"most": LONGEST_NAME})
    return name


def _stored(kept: SavedFilter) -> SavedFilter:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        message = _("Anh/chị đã có bộ lọc tên «%(name)s». Hãy chọn tên khác.") % {"name": kept.name}
        raise Conflict(message) from None
    return kept
