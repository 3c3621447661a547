"""The draft of a version: opened on what is in force, changed step by step, brought up to date, or dropped."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from identity.errors import Conflict, Forbidden, Refused
from identity.folding import fold
from identity.models import Agency, Officer
from procedures import merging
from procedures.access import may
from procedures.edition import Edition
from procedures.models import EditorialEvent, OnlineLevel, Procedure, ProcedureField, ProcedureVersion

Status = ProcedureVersion.Status
LARGEST = 2_000_000
"""Characters of one edition as JSON; the largest real one has about 60,000."""
DEEPEST = 30


@transaction.atomic
def create_procedure(
    *, name: str, name_en: str, field: ProcedureField, code: str = "", by: Officer, at: dt.datetime
) -> ProcedureVersion:
    """A procedure nobody described yet, with its first draft. Raises Refused, Forbidden or Conflict."""
    _need_editor(by)
    name, name_en = _text(name), _text(name_en)
    if by.agency.level != Agency.Level.CENTRAL:
        raise Forbidden(_("Chỉ bộ, ngành công bố thủ tục; tỉnh khai nơi cung cấp, mức phí và kênh nộp."))
    if not name:
        raise Refused(_("Tên thủ tục: anh/chị chưa ghi."))
    slug = slugify(fold(name_en or name))[:70].strip("-")
    if not slug:
        raise Refused(_("Tên thủ tục: hãy ghi bằng chữ."))
    taken = set(Procedure.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    if slug in taken:
        slug = next(f"{slug}-{n}" for n in range(2, 10_000) if f"{slug}-{n}" not in taken)
    try:
        with transaction.atomic():
            procedure = Procedure.objects.create(
                slug=slug, code=code or None, name=name, name_en=name_en, field=field, owner=by.agency
            )
    except IntegrityError as error:
        raise Conflict(
            _("Mã thủ tục %(code)s không đúng dạng N.NNNNNN hoặc đã có.") % {"code": code}
        ) from error
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=1,
        online_level=OnlineLevel.PARTIAL,
        content=_blank_record(procedure, by.agency),
        author=by,
    )
    record(version, "open_draft", by=by, at=at)
    return version


@transaction.atomic
def open_draft(*, procedure: Procedure, by: Officer, at: dt.datetime) -> ProcedureVersion:
    """A draft that starts as the newest published version. Raises Conflict while another draft is open."""
    _need_editor(by)
    Procedure.objects.select_for_update().get(pk=procedure.pk)
    versions = procedure.versions.order_by("-number")
    pending = versions.exclude(status=Status.PUBLISHED).select_related("author__user").first()
    if pending is not None:
        who = pending.author.user.full_name if pending.author else ""
        raise Conflict(
            _("Thủ tục này đã có bản nháp %(number)s do %(who)s mở.")
            % {"number": pending.number, "who": who},
            version=pending.pk,
        )
    newest = versions.first()
    if newest is None:
        raise Refused(_("Thủ tục này chưa có bản nào để sửa."))
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=newest.number + 1,
        based_on=newest,
        author=by,
        **_parts(detailed(newest.edition, procedure, by.agency)),
    )
    record(version, "open_draft", by=by, at=at, details={"based_on": newest.number})
    return version


@transaction.atomic
def edit(
    *,
    version: ProcedureVersion,
    expected: int,
    change: Callable[[Edition], Edition],
    by: Officer,
    at: dt.datetime,
    note: str = "",
) -> ProcedureVersion:
    """Apply a pure change to the draft. ``expected`` is the edit count of the page the editor looked at: a stale
    page raises Conflict and changes nothing, so that nobody overwrites what another just wrote."""
    _need_editor(by)
    current = lock(version)
    if current.status != Status.DRAFT:
        raise Conflict(
            _("Bản này không còn là bản nháp: %(status)s.") % {"status": current.get_status_display()}
        )
    if current.edits != expected:
        last = current.events.filter(kind="edit").select_related("by__user").last()
        who = last.by.user.full_name if last else ""
        raise Conflict(
            _("%(who)s vừa sửa bản nháp này. Trang đã được tải lại; hãy xem và sửa lại chỗ của anh/chị.")
            % {"who": who or _("Một người khác")}
        )
    edition = composed(change(current.edition))
    _bounded(edition)
    if edition == current.edition:
        return current
    for name, value in _parts(edition).items():
        setattr(current, name, value)
    current.edits += 1
    current.save(update_fields=[*_parts(edition), "edits"])
    record(current, "edit", by=by, at=at, note=note)
    return current


@transaction.atomic
def explain(
    *, version: ProcedureVersion, change_note: str, burden_reason: str, by: Officer, at: dt.datetime
) -> ProcedureVersion:
    """What changes and, where people are asked more than before, why: both are published with the version."""
    _need_editor(by)
    current = lock(version)
    _only(current, Status.DRAFT)
    current.change_note, current.burden_reason = _text(change_note)[:2000], _text(burden_reason)[:2000]
    current.save(update_fields=["change_note", "burden_reason"])
    record(current, "explain", by=by, at=at)
    return current


@transaction.atomic
def rebase(*, version: ProcedureVersion, onto: int, by: Officer, at: dt.datetime) -> tuple[str, ...]:
    """Take the draft over to published version ``onto``, which the editor saw and agreed to.

    Returns the places both sides changed differently; there the draft's own text stands.
    """
    _need_editor(by)
    current = lock(version)
    _only(current, Status.DRAFT)
    newest = current.procedure.versions.filter(status=Status.PUBLISHED).order_by("-number").first()
    base = current.based_on
    if newest is None or (base is not None and newest.number <= base.number):
        raise Refused(_("Bản nháp đã dựa trên bản mới nhất."))
    if newest.number != onto:
        raise Conflict(_("Vừa có bản %(number)s mới hơn. Hãy xem lại khác biệt.") % {"number": newest.number})
    # A first draft, beside which a version came in by import, changes everything: its own text stands.
    merged = merging.rebase((base or newest).edition, current.edition, newest.edition)
    for name, value in _parts(merged.edition).items():
        setattr(current, name, value)
    current.based_on, current.edits = newest, current.edits + 1
    if current.number <= newest.number:
        current.number = newest.number + 1
    current.save()
    record(current, "rebase", by=by, at=at, details={"onto": onto, "conflicts": list(merged.conflicts)})
    return merged.conflicts


@transaction.atomic
def discard(*, version: ProcedureVersion, by: Officer, at: dt.datetime) -> None:
    """Drop a draft for good. What was once published can only be repealed."""
    _need_editor(by)
    current = lock(version)
    _only(current, Status.DRAFT)
    procedure = current.procedure
    EditorialEvent.objects.create(
        subject=procedure.slug, kind="discard", by=by, at=at, details={"number": current.number}
    )
    current.delete()
    if not procedure.versions.exists():
        procedure.delete()


def lock(version: ProcedureVersion) -> ProcedureVersion:
    """The row as it is now, held until the transaction ends."""
    rows = ProcedureVersion.objects.select_for_update(of=("self",)).select_related(
        "procedure", "based_on", "author"
    )
    found = rows.filter(pk=version.pk).first()
    if found is None:
        raise Conflict(_("Bản nháp này vừa được bỏ."))
    return found


def record(
    version: ProcedureVersion,
    kind: str,
    *,
    by: Officer,
    at: dt.datetime,
    note: str = "",
    details: Mapping[str, Any] | None = None,
) -> EditorialEvent:
    return EditorialEvent.objects.create(
        version=version, kind=kind, by=by, at=at, note=note, details=dict(details or {})
    )


def composed(edition: Edition) -> Edition:
    """Text in NFC, without control characters that PostgreSQL cannot keep."""
    return Edition(
        edition.slug,
        edition.online_level,
        *(_clean(one) for one in (edition.content, edition.form, edition.processing)),
    )


def detailed(edition: Edition, procedure: Procedure, agency: Agency) -> Edition:
    """A brief record grown into a full one: what the list said stays, what it did not is empty, to be filled in."""
    if "components" in edition.content:
        return edition
    known = edition.content
    record = _blank_record(procedure, agency) | {
        "levels": known.get("levels", []),
        "levels_since_2025_07": known.get("levels", []),
        "time_limit": known.get("time_limit") or {"value": None, "unit": "working_days", "note_vi": None},
        "online_level": known.get("online_level") or OnlineLevel.PARTIAL,
        "confidence": known.get("confidence", "low"),
        "code_source": known.get("source"),
    }
    if (amount := known.get("fee_vnd")) is not None:
        record["fee"] |= {"amount_vnd": amount, "online_amount_vnd": amount, "set_by": "national"}
        record["fee"]["type"] = "le_phi" if amount else "none"
    return Edition(edition.slug, record["online_level"], record, edition.form, edition.processing)


def _blank_record(procedure: Procedure, agency: Agency) -> dict[str, Any]:
    """A catalogue record with every key and nothing known; ``null`` is what nobody knows yet."""
    field = procedure.field
    return {
        "id": procedure.slug,
        "code": procedure.code,
        "code_confidence": None,
        "code_source": None,
        "name_vi": procedure.name,
        "name_en": procedure.name_en,
        "field_vi": field.name if field else "",
        "field_en": field.name_en if field else "",
        "owning_agency": agency.key,
        "levels": [],
        "levels_since_2025_07": [],
        "target": ["citizen"],
        "online_level": "partial",
        "submission_channels": ["online", "in_person", "post"],
        "legal_bases": [],
        "steps": [],
        "components": [],
        "time_limit": {"value": None, "unit": "working_days", "note_vi": None},
        "fee": {
            "type": "none",
            "amount_vnd": 0,
            "online_amount_vnd": 0,
            "unit": None,
            "set_by": "national",
            "note_vi": None,
            "legal_basis": None,
        },
        "result": {"name_vi": "", "name_en": ""},
        "life_events": [],
        "keywords": [],
        "confidence": "high",
    }


def _parts(edition: Edition) -> dict[str, Any]:
    content = {**edition.content}
    if "components" in content:
        content["online_level"] = edition.online_level
    return {
        "online_level": edition.online_level,
        "content": content,
        "form": dict(edition.form) if edition.form is not None else None,
        "processing": dict(edition.processing),
    }


def _bounded(edition: Edition) -> None:
    size = len(json.dumps([edition.content, edition.form, edition.processing], ensure_ascii=False))
    if size > LARGEST:
        raise Refused(
            _("Bản nháp dài quá %(most)s ký tự. Hãy chia thủ tục thành nhiều trường hợp.") % {"most": LARGEST}
        )


def _clean(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise Refused(_("Nội dung lồng nhau sâu quá %(most)s tầng.") % {"most": DEEPEST})
    if isinstance(value, str):
        return "".join(
            c
            for c in unicodedata.normalize("NFC", value)
            if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
        )
    if isinstance(value, list | tuple):
        return [_clean(one, depth + 1) for one in value]
    if isinstance(value, Mapping):
        return {_clean(str(key)): _clean(one, depth + 1) for key, one in value.items()}
    return value


def _text(value: str) -> str:
    return " ".join(str(_clean(value)).split())


def _only(version: ProcedureVersion, status: str) -> None:
    if version.status != status:
        raise Conflict(
            _("Bản %(number)s đã chuyển sang bước khác: %(status)s.")
            % {"number": version.number, "status": version.get_status_display()}
        )


def _need_editor(by: Officer) -> None:
    if not may(by, "edit"):
        raise Forbidden(_("Chỉ biên tập viên sửa được bản nháp."))
