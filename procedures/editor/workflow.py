"""A version on its way: what is found, what changes, and the buttons of each role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity.access import officer_required
from identity.errors import DomainError, Forbidden, NotFound, Refused
from identity.models import Officer
from procedures import merging, search, services
from procedures.access import EDITORIAL, may, version_for
from procedures.editor import comparing, events, findings
from procedures.editor.chips import chip_of
from procedures.editor.frame import frame, signed_in
from procedures.models import ProcedureVersion

Status, Stage = ProcedureVersion.Status, ProcedureVersion.Stage
Act = Callable[[ProcedureVersion, dict[str, str], Officer, dt.datetime], Any]


def _day(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(_("%(name)s: ghi một ngày, ví dụ 2026-12-31.") % {"name": name}) from None


def _explain(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    notes = {name: said.get(name, "") for name in ("change_note", "burden_reason")}
    return services.explain(version=version, **notes, by=by, at=at)


def _send(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    return services.send_to_check(version=version, by=by, at=at)


def _pass(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    return services.pass_check(version=version, note=said.get("note", "").strip()[:2000], by=by, at=at)


def _send_back(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    return services.send_back(version=version, reason=said.get("reason", "")[:2000], by=by, at=at)


def _approve(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    begins = _day(said.get("effective_from", ""), _("Ngày có hiệu lực"))
    decision = said.get("decision", "")[:120]
    return services.approve(
        version=version, decision=decision, effective_from=begins, by=by, on=search.today(), at=at
    )


def _repeal(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    last = _day(said.get("last_day", ""), _("Ngày cuối còn hiệu lực"))
    decision = said.get("decision", "")[:120]
    return services.repeal(version=version, decision=decision, last_day=last, by=by, on=search.today(), at=at)


def _discard(version: ProcedureVersion, said: dict[str, str], by: Officer, at: dt.datetime) -> Any:
    if not said.get("sure"):
        raise Refused(_("Hãy đánh dấu là anh/chị chắc chắn muốn bỏ bản nháp."))
    return services.discard(version=version, by=by, at=at)


STEPS: dict[str, tuple[str, Act, Any]] = {
    "giai-trinh": ("edit", _explain, gettext_lazy("Đã ghi lời giải trình.")),
    "gui-tham-dinh": ("edit", _send, gettext_lazy("Đã gửi thẩm định pháp lý.")),
    "dat-tham-dinh": ("check", _pass, gettext_lazy("Đã xác nhận đạt; bản này chờ người thứ hai duyệt.")),
    "tra-lai": ("read", _send_back, gettext_lazy("Đã trả lại người soạn.")),
    "duyet": ("publish", _approve, gettext_lazy("Đã công bố.")),
    "bai-bo": ("publish", _repeal, gettext_lazy("Đã ghi ngày hết hiệu lực.")),
    "bo": ("edit", _discard, gettext_lazy("Đã bỏ bản nháp.")),
}
"""Right, verb and what is said afterwards, by the last part of the address."""


@require_GET
@officer_required(*EDITORIAL)
def draft(request: HttpRequest, version: int) -> HttpResponse:
    officer = signed_in(request)
    return _draft(request, officer, version_for(officer, version, "read"))


@require_POST
@officer_required(*EDITORIAL)
def publish(request: HttpRequest, version: int, step: str) -> HttpResponse:
    """One button. A refusal shows the same page again, with the reason and what was typed."""
    officer = signed_in(request)
    right, act, told = STEPS[step]
    found = version_for(officer, int(version), right)
    said = {name: str(value) for name, value in request.POST.items()}
    try:
        act(found, said, officer, timezone.now())
    except (Forbidden, NotFound):
        raise
    except DomainError as error:
        shown = {"error": error, "failed": step, "typed": said}
        return _draft(request, officer, version_for(officer, found.pk, "read"), shown, status=error.status)
    messages.success(request, str(told))
    if step == "bo":
        return redirect("procedures:editor")
    return redirect("procedures:draft", version=version)


def _draft(
    request: HttpRequest,
    officer: Officer,
    version: ProcedureVersion,
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    on = search.today()
    stage = version.stage(on)
    told = [] if stage else findings.marked(version.edition, version.pk)
    context = frame(version, officer, tab="draft") | {
        "chip": chip_of(version, on),
        "stage": stage,
        "findings": told,
        "error_count": sum(one.is_error for one in told),
        "minor_count": sum(not one.is_error for one in told),
        "comparison": comparing.compared(version.based_on, version) if version.based_on else None,
        "newest": _newer(version),
        "history": events.told(Q(version=version)),
        "today": on,
        "may_check": version.status == Status.LEGAL_CHECK and may(officer, "check"),
        "may_approve": version.status == Status.APPROVAL and may(officer, "publish"),
        "may_repeal": stage in (Stage.IN_FORCE, Stage.SCHEDULED) and may(officer, "publish"),
        "wrote": services.wrote(version, officer),
    }
    return render(request, "editor/draft.html", context | (more or {}), status=status)


def _newer(version: ProcedureVersion) -> ProcedureVersion | None:
    """A version published after the one the draft stands on."""
    if version.status == Status.PUBLISHED or version.based_on is None:
        return None
    published = version.procedure.versions.filter(status=Status.PUBLISHED)
    return published.filter(number__gt=version.based_on.number).order_by("-number").first()


@require_http_methods(["GET", "POST"])
@officer_required(*EDITORIAL)
def rebase(request: HttpRequest, version: int) -> HttpResponse:
    """The way onto a newer version: what it changed, where both changed, then consent."""
    officer = signed_in(request)
    found = version_for(officer, version, "edit")
    if request.method != "POST":
        return _rebase(request, officer, found)
    onto = request.POST.get("onto", "")
    try:
        if not request.POST.get("agreed"):
            raise Refused(_("Hãy đánh dấu là anh/chị đã xem khác biệt và đồng ý."))
        number = int(onto) if onto.isdecimal() and len(onto) < 6 else 0
        conflicts = services.rebase(version=found, onto=number, by=officer, at=timezone.now())
    except DomainError as error:
        return _rebase(request, officer, version_for(officer, version, "edit"), error)
    messages.success(request, _("Bản nháp đã dựa trên bản %(number)s.") % {"number": onto})
    if conflicts:
        places = ", ".join(conflicts[:10])
        messages.warning(
            request, _("Hãy xem lại những chỗ hai bên cùng sửa: %(places)s.") % {"places": places}
        )
    return redirect("procedures:draft", version=version)


def _rebase(
    request: HttpRequest, officer: Officer, version: ProcedureVersion, error: DomainError | None = None
) -> HttpResponse:
    newest = _newer(version)
    if newest is None or version.based_on is None:
        messages.success(request, _("Bản nháp đã dựa trên bản mới nhất."))
        return redirect("procedures:draft", version=version.pk)
    merged = merging.rebase(version.based_on.edition, version.edition, newest.edition)
    context = frame(version, officer, tab="draft") | {
        "newest": newest,
        "comparison": comparing.compared(version.based_on, newest),
        "conflicts": [(place, findings.way_to(place, version.pk)) for place in merged.conflicts],
        "error": error,
    }
    return render(request, "editor/rebase.html", context, status=error.status if error else 200)
