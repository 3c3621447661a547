"""One act on many dossiers over HTTP: choose, see the dry run, confirm, follow, stop, try again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import access, answering, issuing, services
from applications.models import BatchOperation, new_key
from applications.office import acting, batch_page, batches, filtering, lists, queues, workspace
from applications.office.batches import ACTIONS, BatchAction, Selection
from applications.views.office import HANDLERS, READERS, confirm_person
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer

MOST_TICKED = 500
LONGEST_QUERY = 4000
NUMBER = acting.NUMBER


@require_GET
@officer_required(*READERS)
def listed(request: HttpRequest) -> HttpResponse:
    officer = acting_officer(request)
    context = {
        "rows": batch_page.listed(access.batches_for_officer(officer)),
        "may_list": _may_list(officer),
    }
    return _page(request, officer, "batches", context)


@require_POST
@officer_required(*HANDLERS)
def prepare(request: HttpRequest) -> HttpResponse:
    """What was ticked and the act chosen: asks what the act needs, or goes straight to the dry run."""
    officer = acting_officer(request)
    chosen = _selection(request.POST)
    try:
        action = _action(officer, request.POST)
        if not action.boxes:
            return _created(officer, action, chosen, {}, new_key())
        return _asked(request, officer, action, chosen, {"token": new_key()})
    except Refused as error:
        messages.error(request, error.message)
        return _back(chosen)


@require_POST
@officer_required(*HANDLERS)
def create(request: HttpRequest) -> HttpResponse:
    """Keep the batch and begin the dry run. A refusal shows the same page with everything typed."""
    officer, chosen = acting_officer(request), _selection(request.POST)
    action = _action(officer, request.POST)
    try:
        typed = _typed(request.POST, action)
        return _created(officer, action, chosen, typed, request.POST.get("token", "")[:16] or new_key())
    except Refused as error:
        extra = {"error": error, "typed": request.POST, "token": request.POST.get("token", "")}
        return _asked(request, officer, action, chosen, extra, status=error.status)


@require_GET
@officer_required(*READERS)
def show(request: HttpRequest, key: str) -> HttpResponse:
    """How far it is; without scripts the page is loaded again by its own link."""
    officer = acting_officer(request)
    return _show(request, officer, access.batch_for_officer(officer, key))


@require_POST
@officer_required(*HANDLERS)
def change(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """Confirm, stop, try again. Signing asks for the second factor, as signing one does."""
    officer, now = acting_officer(request), timezone.now()
    batch = access.batch_for_officer(officer, key)
    try:
        if action == "xac-nhan":
            if batches.action_of(batch).second_factor and batch.phase in _OPEN:
                confirm_person(request)
            services.confirm_batch(batch=batch, officer=officer, at=now)
        elif action == "dung":
            services.stop_batch(batch=batch, officer=officer, at=now)
        elif action == "lam-lai":
            services.retry_batch(batch=batch, officer=officer, at=now)
        else:
            raise NotFound(_("Không có việc này."))
    except NotFound:
        raise
    except DomainError as error:
        return _show(request, officer, batch, {"error": error}, status=error.status)
    return redirect("applications:batch", key=key)


_OPEN = (BatchOperation.Phase.CHECKED, BatchOperation.Phase.STOPPED)


@require_GET
@officer_required(*READERS)
def results(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """Every item with its outcome, as a file; codes only."""
    batch = access.batch_for_officer(acting_officer(request), key)
    answer = StreamingHttpResponse(batch_page.result_lines(batch), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"lo-{key}.csv") or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _may_list(officer: Officer) -> bool:
    now = timezone.now()
    listed = lists.usable(officer.agency, on=answering.legal_day(now))
    return batches.may(officer, batches.FILE_LIST, at=now) and bool(listed)


def _selection(typed: QueryDict) -> Selection:
    """The whole list, or the ticked codes; what cannot be read chooses nothing."""
    if typed.get("lo"):
        return Selection(batch=typed.get("lo", "")[:16])
    if typed.get("pham-vi") == "tat-ca":
        filters, _wrong = filtering.parse(QueryDict(typed.get("query", "")[:LONGEST_QUERY]))
        tab = typed.get("nhom", "")
        return Selection(tab=tab if tab in queues.LABELS else "", query=filters.query)
    return Selection(codes=tuple(one[:40] for one in typed.getlist("chon")[:MOST_TICKED]))


def _action(officer: Officer, typed: QueryDict) -> BatchAction:
    action = ACTIONS.get(typed.get("viec", ""))
    if action is None or action not in batches.offered(officer, at=timezone.now()):
        raise Refused(_("Hãy chọn việc làm cho các hồ sơ đã đánh dấu."))
    return action


def _created(
    officer: Officer, action: BatchAction, chosen: Selection, typed: dict[str, str], token: str
) -> HttpResponse:
    batch = services.create_batch(
        action=action, chosen=chosen, parameters=typed, token=token, officer=officer, at=timezone.now()
    )
    return redirect("applications:batch", key=batch.key)


def _typed(typed: QueryDict, action: BatchAction) -> dict[str, str]:
    names = [one for one in action.boxes if one != "findings"]
    if "findings" in action.boxes:
        names += ["reason", *(name for name in typed if name.startswith("finding-"))]
    found = {name: acting.written(typed, name) for name in names}
    if "assignee" in names and action.name == batches.TRANSFER and not found["assignee"]:
        raise Refused(_("Hãy chọn người nhận hồ sơ."))
    if action.name == batches.TRANSFER and not found["reason"]:
        raise Refused(_("Hãy ghi lý do chuyển hồ sơ."))
    return found


def _asked(
    request: HttpRequest,
    officer: Officer,
    action: BatchAction,
    chosen: Selection,
    extra: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The page of what is typed once for all."""
    selected = batches.clauses(officer, chosen, now=timezone.now())
    if not (size := batches.count(selected)):
        raise batches.nothing_chosen()
    context = {
        "action": action,
        "chosen": chosen,
        "size": size,
        "colleagues": workspace.staff_of(officer),
        "findings": _findings(selected, request.POST) if "findings" in action.boxes else [],
        **extra,
    }
    return _page(request, officer, "batch_new", context, status=status)


def _findings(selected: list[queues.Clause], typed: QueryDict) -> list[dict[str, Any]]:
    """What only the agency can say, of the first dossier's version; all others must be of the same."""
    first = batches.first_of(selected)
    found = issuing.findings_of(first) if first else []
    names = [(one, f"finding-{one['id']}") for one in found]
    return [{**one, "name": name, "value": typed.get(name, one.get("suggest", ""))} for one, name in names]


def _show(
    request: HttpRequest,
    officer: Officer,
    batch: BatchOperation,
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    after = request.GET.get("sau", "")
    shown = batch_page.read(
        officer,
        batch,
        status=request.GET.get("trang-thai", ""),
        after=int(after) if NUMBER.fullmatch(after) and len(after) < 10 else 0,
        now=timezone.now(),
    )
    return _page(request, officer, "batch", {"shown": shown, **(extra or {})}, status=status)


def _back(chosen: Selection) -> HttpResponse:
    if chosen.batch:
        return redirect("applications:batch", key=chosen.batch)
    return redirect("applications:inbox")


def _page(
    request: HttpRequest, officer: Officer, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"office/{page}.html", {"officer": officer, **context}, status=status)
