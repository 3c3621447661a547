"""From a finished draft to the law's own version: legal check, a second person, a date; and repeal."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from identity.errors import Conflict, Forbidden, Refused
from identity.models import Officer
from procedures import diff, search
from procedures.access import may
from procedures.lint import Finding, lint
from procedures.models import Procedure, ProcedureField, ProcedureVersion
from procedures.services.drafting import lock, record
from procedures.services.life_events import list_on_pages

Status = ProcedureVersion.Status


@transaction.atomic
def send_to_check(*, version: ProcedureVersion, by: Officer, at: dt.datetime) -> ProcedureVersion:
    """Draft → legal check. Refused while lint finds an error or a heavier burden has no reason; Conflict while the
    draft stands on an outdated version."""
    if not may(by, "edit"):
        raise Forbidden(_("Chỉ biên tập viên gửi thẩm định."))
    current = lock(version)
    _ready(current)
    return _move(current, Status.DRAFT, Status.LEGAL_CHECK, "send_to_check", by=by, at=at)


@transaction.atomic
def pass_check(
    *, version: ProcedureVersion, note: str = "", by: Officer, at: dt.datetime
) -> ProcedureVersion:
    """Legal check → approval, by a legal reviewer who wrote nothing of it."""
    if not may(by, "check"):
        raise Forbidden(_("Chỉ người thẩm định pháp lý xác nhận được bước này."))
    current = lock(version)
    _another_person(current, by)
    current.checked_by = by
    return _move(current, Status.LEGAL_CHECK, Status.APPROVAL, "pass_check", by=by, at=at, note=note)


@transaction.atomic
def send_back(*, version: ProcedureVersion, reason: str, by: Officer, at: dt.datetime) -> ProcedureVersion:
    """Back to the editor, with a reason."""
    current = lock(version)
    right = "check" if current.status == Status.LEGAL_CHECK else "publish"
    if not may(by, right):
        raise Forbidden(_("Vai trò của anh/chị không trả lại được bản ở bước này."))
    if not reason.strip():
        raise Refused(_("Lý do trả lại: anh/chị chưa ghi."))
    if current.status not in (Status.LEGAL_CHECK, Status.APPROVAL):
        raise _moved_on(current)
    current.checked_by = None
    return _move(current, current.status, Status.DRAFT, "send_back", by=by, at=at, note=reason.strip())


@transaction.atomic
def approve(
    *,
    version: ProcedureVersion,
    decision: str,
    effective_from: dt.date,
    by: Officer,
    on: dt.date,
    at: dt.datetime,
) -> ProcedureVersion:
    """Publish: from ``effective_from`` on this version is the law's, and the one before ends the day before.

    Raises Refused (date in the past, no decision number, lint), Forbidden (not a second person) or Conflict
    (moved on, or another version already begins on or after that day).
    """
    if not may(by, "publish"):
        raise Forbidden(_("Chỉ người có vai trò công bố duyệt được bản này."))
    decision = " ".join(decision.split())
    if not decision:
        raise Refused(_("Số quyết định công bố: anh/chị chưa ghi. Ví dụ: 1872/QĐ-BTP."))
    if effective_from < on:
        raise Refused(_("Ngày có hiệu lực: ghi từ hôm nay trở đi, luật không có hiệu lực trở về trước."))
    Procedure.objects.select_for_update().get(pk=version.procedure_id)
    current = lock(version)
    if current.status != Status.APPROVAL:
        raise _moved_on(current)
    _another_person(current, by)
    _ready(current)
    _make_room(current, effective_from)
    current.approved_by, current.decision = by, decision
    current.effective_from, current.published_at = effective_from, at
    details = {"decision": decision, "effective_from": effective_from.isoformat()}
    record(current, "approve", by=by, at=at, details=details)
    current.status = Status.PUBLISHED
    current.save()
    if effective_from <= on:
        bring_into_force(current)
    transaction.on_commit(search.forget)
    return current


@transaction.atomic
def repeal(
    *, version: ProcedureVersion, decision: str, last_day: dt.date, by: Officer, on: dt.date, at: dt.datetime
) -> ProcedureVersion:
    """End a version without a successor; ``last_day`` is the last day it holds. Dossiers begun under it go on."""
    if not may(by, "publish"):
        raise Forbidden(_("Chỉ người có vai trò công bố bãi bỏ được thủ tục."))
    decision = " ".join(decision.split())
    if not decision:
        raise Refused(_("Số quyết định bãi bỏ: anh/chị chưa ghi. Ví dụ: 1872/QĐ-BTP."))
    Procedure.objects.select_for_update().get(pk=version.procedure_id)
    current = lock(version)
    if current.stage(on) not in (ProcedureVersion.Stage.IN_FORCE, ProcedureVersion.Stage.SCHEDULED):
        raise Conflict(_("Bản này không còn hiệu lực."))
    if last_day < max(on, current.effective_from or on) or (
        current.effective_to and last_day > current.effective_to
    ):
        raise Refused(
            _("Ngày hết hiệu lực: ghi một ngày từ hôm nay trở đi, trong thời gian bản này còn hiệu lực.")
        )
    details = {"decision": decision, "last_day": last_day.isoformat()}
    record(current, "repeal", by=by, at=at, details=details)
    current.effective_to, current.repeal_decision = last_day, decision
    current.save(update_fields=["effective_to", "repeal_decision"])
    transaction.on_commit(search.forget)
    return current


def bring_into_force(version: ProcedureVersion) -> bool:
    """The procedure's own row, and the pages of life events, show what the version in force says. True if they did
    not yet."""
    said, procedure = version.content, version.procedure
    field = ProcedureField.objects.filter(name=said.get("field_vi", "")).first()
    shown = {
        "name": said.get("name_vi") or procedure.name,
        "name_en": said.get("name_en") or procedure.name_en,
        "field": field or procedure.field,
        "levels": said.get("levels_since_2025_07") or said.get("levels", []),
        "audience": said.get("target", []),
        "keywords": said.get("keywords", []),
        "confidence": said.get("confidence") or procedure.confidence,
    }
    stale = {name: value for name, value in shown.items() if getattr(procedure, name) != value}
    for name, value in stale.items():
        setattr(procedure, name, value)
    procedure.save(update_fields=list(stale))
    return list_on_pages({procedure.pk: said.get("life_events", [])}) or bool(stale)


def follow_the_calendar(*, on: dt.date) -> int:
    """Bring rows in line with the versions that came into force meanwhile; may run as often as one likes.

    Looks a month back, longer than a worker stays down unnoticed (practice)."""
    begun = ProcedureVersion.objects.in_force(on).filter(
        effective_from__gte=on - dt.timedelta(days=31), approved_by__isnull=False
    )
    changed = sum(bring_into_force(version) for version in begun.select_related("procedure__field"))
    if changed:
        search.forget()
    return changed


def blocking(version: ProcedureVersion) -> list[Finding]:
    """What lint forbids to publish."""
    return [one for one in lint(version.edition) if one.severity == "error"]


def _ready(version: ProcedureVersion) -> None:
    newest = version.procedure.versions.filter(status=Status.PUBLISHED).order_by("-number").first()
    if newest is not None and newest.pk != version.based_on_id:
        raise Conflict(
            _(
                "Đã có bản %(number)s mới hơn bản mà bản nháp dựa vào. Hãy xem khác biệt và chuyển bản nháp sang."
            )
            % {"number": newest.number}
        )
    if found := blocking(version):
        raise Refused(
            _("Chưa công bố được: còn %(count)s lỗi phải sửa. Lỗi đầu tiên: %(first)s")
            % {"count": len(found), "first": found[0].message},
            findings=[(one.place, one.message) for one in found],
        )
    before = version.based_on
    if before is not None and not version.burden_reason and before.form is not None:
        delta = diff.burden_delta(before.edition, version.edition)
        if delta is not None and delta.heavier:
            raise Refused(
                _("Gánh nặng của người dân tăng (%(delta)s). Hãy ghi lý do; lý do được công khai.")
                % {"delta": delta.text}
            )


def wrote(version: ProcedureVersion, officer: Officer) -> bool:
    """Whether the officer had a hand in the text, and so is no second person."""
    kinds = ["open_draft", "edit", "rebase", "explain", "send_to_check"]
    return version.author_id == officer.pk or version.events.filter(kind__in=kinds, by=officer).exists()


def _another_person(version: ProcedureVersion, by: Officer) -> None:
    if version.checked_by_id == by.pk or wrote(version, by):
        raise Forbidden(_("Người thứ hai phải khác người đã soạn hoặc đã thẩm định bản này."))


def _make_room(version: ProcedureVersion, effective_from: dt.date) -> None:
    """The version before ends the day before, also one that a repeal would have ended later; nothing may begin on the
    day or later."""
    published = version.procedure.versions.filter(status=Status.PUBLISHED)
    later = published.filter(effective_from__gte=effective_from).first()
    if later is not None:
        raise Conflict(
            _("Bản %(number)s có hiệu lực từ %(day)s. Hãy chọn ngày sau ngày đó.")
            % {"number": later.number, "day": f"{later.effective_from:%d/%m/%Y}"}
        )
    for before in published.filter(effective_to=None) | published.filter(effective_to__gte=effective_from):
        before.effective_to, before.repeal_decision = effective_from - dt.timedelta(days=1), ""
        before.save(update_fields=["effective_to", "repeal_decision"])


def _move(
    version: ProcedureVersion,
    source: str,
    target: str,
    kind: str,
    *,
    by: Officer,
    at: dt.datetime,
    note: str = "",
) -> ProcedureVersion:
    if version.status != source:
        raise _moved_on(version)
    version.status = target
    version.save(update_fields=["status", "checked_by"])
    record(version, kind, by=by, at=at, note=note)
    return version


def _moved_on(version: ProcedureVersion) -> Conflict:
    last = version.events.select_related("by__user").last()
    return Conflict(
        _("Bản %(number)s đang ở bước khác: %(status)s (%(who)s, %(when)s). Hãy tải lại trang.")
        % {
            "number": version.number,
            "status": version.get_status_display(),
            "who": last.by.user.full_name if last else "",
            "when": f"{last.at:%H:%M %d/%m/%Y}" if last else "",
        }
    )
