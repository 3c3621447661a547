"""Verbs on what people say: an editor adds, changes and removes sayings; one phrase has one meaning."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Officer, Role
from procedures import search
from procedures.catalogue.synonyms import SUBJECT, phrase_key
from procedures.models import EditorialEvent, Synonym

LONGEST_PHRASE, LONGEST_MEANING, LONGEST_LABEL = 120, 200, 120
MOST_PHRASES, MOST_MEANINGS = 200, 8
MARKUP = re.compile(r"[<>{}\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Saying:
    """What people say and what they mean. Several meanings are offered as a choice, each with its label."""

    say: tuple[str, ...]
    find: tuple[str, ...]
    labels: tuple[str, ...] = ()
    labels_en: tuple[str, ...] = ()


@transaction.atomic
def add_synonym(*, saying: Saying, by: Officer, at: dt.datetime) -> Synonym:
    """Raises Refused for what cannot be a saying, Conflict for a phrase that has a meaning already."""
    _may(by)
    saying = cleaned(saying)
    _lock()
    _meant_once(saying, besides=0)
    row = Synonym.objects.create(**_columns(saying), is_own=False)
    _record("synonym_added", row, by=by, at=at)
    return row


@transaction.atomic
def change_synonym(*, pk: int, seen: Saying, saying: Saying, by: Officer, at: dt.datetime) -> Synonym:
    """``seen`` is what the editor had before them; when somebody changed it since, Conflict and nothing changes."""
    _may(by)
    saying = cleaned(saying)
    _lock()
    row = _seen(pk, seen)
    _meant_once(saying, besides=pk)
    if saying == said(row):
        return row
    kept = {phrase_key(phrase) for phrase in saying.say}
    dropped = [phrase for phrase in row.say if phrase_key(phrase) not in kept]
    for name, value in _columns(saying).items():
        setattr(row, name, value)
    row.is_own = False
    row.save()
    _record("synonym_changed", row, by=by, at=at, dropped=dropped)
    return row


@transaction.atomic
def remove_synonym(*, pk: int, seen: Saying, by: Officer, at: dt.datetime) -> None:
    """The phrases stay away also when the portal's own vocabulary is loaded again."""
    _may(by)
    _lock()
    row = _seen(pk, seen)
    _record("synonym_removed", row, by=by, at=at, dropped=row.say)
    row.delete()


def said(row: Synonym) -> Saying:
    return Saying(tuple(row.say), tuple(row.find), tuple(row.labels), tuple(row.labels_en))


def cleaned(saying: Saying) -> Saying:
    """NFC, one blank between words, no empty or double lines. Raises Refused with the place and the mend."""
    say = _lines(saying.say, _("người dân nói"), LONGEST_PHRASE, MOST_PHRASES)
    find = _lines(saying.find, _("cần tìm"), LONGEST_MEANING, MOST_MEANINGS)
    labels = _lines(saying.labels, _("nhãn lựa chọn"), LONGEST_LABEL, MOST_MEANINGS)
    labels_en = _lines(saying.labels_en, _("nhãn tiếng Anh"), LONGEST_LABEL, MOST_MEANINGS)
    if not say:
        raise Refused(_("Hãy ghi ít nhất một câu người dân nói, mỗi câu một dòng."), field="say")
    if not find:
        raise Refused(_("Hãy ghi điều cần tìm, thường là tên thủ tục."), field="find")
    for given, field in ((labels, "labels"), (labels_en, "labels_en")):
        if given and len(given) != len(find):
            raise Refused(
                _("Có %(find)s điều cần tìm nhưng %(labels)s nhãn. Mỗi điều cần tìm phải có đúng một nhãn.")
                % {"find": len(find), "labels": len(given)},
                field=field,
            )
    for meaning in find:
        if not search.find(meaning).entries:
            raise Refused(
                _("Không thủ tục nào khớp với “%(find)s”. Hãy ghi theo tên thủ tục trong danh mục.")
                % {"find": meaning},
                field="find",
            )
    return Saying(say, find, labels, labels_en)


def _lines(given: Sequence[str], name: str, longest: int, most: int) -> tuple[str, ...]:
    lines: dict[str, str] = {}
    for text in given:
        line = " ".join(unicodedata.normalize("NFC", text).split())
        if not line:
            continue
        if MARKUP.search(line):
            raise Refused(
                _("Ô “%(name)s” có ký tự không dùng được. Chỉ ghi chữ, số và dấu câu.") % {"name": name}
            )
        if not phrase_key(line):
            raise Refused(_("Dòng “%(line)s” không có chữ hay số nào.") % {"line": line[:40]})
        if len(line) > longest:
            raise Refused(
                _("Dòng “%(line)s…” dài quá %(longest)s chữ cái. Hãy ghi ngắn hơn.")
                % {"line": line[:40], "longest": longest}
            )
        lines.setdefault(phrase_key(line), line)
    if len(lines) > most:
        raise Refused(_("Ô “%(name)s” nhận nhiều nhất %(most)s dòng.") % {"name": name, "most": most})
    return tuple(lines.values())


def _may(officer: Officer) -> None:
    if not officer.is_active or not officer.has_role(Role.EDITOR, Role.PUBLISHER):
        raise Forbidden(_("Chỉ biên tập viên và người công bố được sửa từ ngữ tìm kiếm."))


def _lock() -> None:
    """One editor at a time: that a phrase has one meaning holds across rows, which no unique index can say."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE procedures_synonym IN SHARE ROW EXCLUSIVE MODE")


def _seen(pk: int, seen: Saying) -> Synonym:
    row = Synonym.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("Dòng này không còn nữa. Có thể người khác vừa xóa."))
    if said(row) != seen:
        raise Conflict(_("Người khác vừa sửa dòng này. Hãy xem lại bản mới rồi sửa tiếp."))
    return row


def _meant_once(saying: Saying, *, besides: int) -> None:
    wanted = {phrase_key(phrase): phrase for phrase in saying.say}
    for row in Synonym.objects.exclude(pk=besides):
        for phrase in row.say:
            if phrase_key(phrase) in wanted:
                raise Conflict(
                    _("Câu “%(phrase)s” đã có nghĩa “%(find)s”. Mỗi câu chỉ có một nghĩa: hãy sửa dòng đó.")
                    % {"phrase": wanted[phrase_key(phrase)], "find": row.find[0]},
                    synonym=row.pk,
                )


def _columns(saying: Saying) -> dict[str, list[str]]:
    return {
        "say": list(saying.say),
        "find": list(saying.find),
        "labels": list(saying.labels),
        "labels_en": list(saying.labels_en),
    }


def _record(kind: str, row: Synonym, *, by: Officer, at: dt.datetime, dropped: Sequence[str] = ()) -> None:
    EditorialEvent.objects.create(
        subject=SUBJECT,
        kind=kind,
        by=by,
        at=at,
        note=f"{row.say[0]} → {row.find[0]}"[:200],
        details={"synonym": row.pk, **_columns(said(row)), "dropped": list(dropped)},
    )
