"""Filing for a list of people: paste or upload it, mend what is wrong, then the dry run of the batch."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications import answering, issuing, papers, services
from applications.models import BatchOperation, new_key
from applications.office import acting, lists
from applications.office.lists import Mistake
from identity.access import acting_officer, officer_required
from identity.errors import DomainError, NotFound, Refused
from identity.models import Officer, Role
from procedures.models import ProcedureVersion
from procedures.schema import Form

SALT = "batch-paper"
Papers = dict[str, dict[str, Any]]


class Wrong(Refused):
    """The list cannot be taken as it is; ``mistakes`` say where."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(_("Danh sách có chỗ chưa đúng. Chưa hồ sơ nào được lập; hãy sửa rồi gửi lại."))
        self.mistakes = mistakes


@require_http_methods(["GET", "POST"])
@officer_required(Role.INTAKE)
def enter(request: HttpRequest) -> HttpResponse:
    """The list as a table in a box or a file. What is wrong is told by row and column, and stays in the box."""
    officer = acting_officer(request)
    version = _version(request, officer)
    form = answering.form_of_version(version)
    context: dict[str, Any] = {"version": version, "form": form, "papers": lists.papers(form)}
    context["findings"] = _findings(request, version)
    if request.method == "GET":
        fresh = {"token": new_key(), "shared": lists.usual(form), "text": ""}
        return _page(request, officer, {**context, **fresh})
    kept: Papers = {}
    text = request.POST.get("danh-sach", "")
    try:
        kept = _papers(request, form)
        table = _table(request)
        text = lists.text_of(table)
        batch = _batch(request, officer, version, table, kept)
    except DomainError as error:
        typed = {
            "token": request.POST.get("token", ""),
            "shared": request.POST.get("chung", ""),
            "text": text,
            "kept": {name: signing.dumps(paper, salt=SALT) for name, paper in kept.items()},
            "kept_names": {name: paper["name"] for name, paper in kept.items()},
            "error": error,
            "mistakes": getattr(error, "mistakes", ())[: lists.SHOWN_MISTAKES],
            "more": max(0, len(getattr(error, "mistakes", ())) - lists.SHOWN_MISTAKES),
        }
        return _page(request, officer, {**context, **typed}, status=error.status)
    return redirect("applications:batch", key=batch.key)


@require_GET
@officer_required(Role.INTAKE)
def template(request: HttpRequest) -> HttpResponse:
    """An empty list with the names of its columns, for a spreadsheet."""
    version = _version(request, acting_officer(request))
    content = lists.template(answering.form_of_version(version))
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"mau-{version.procedure.slug}.csv"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _version(request: HttpRequest, officer: Officer) -> ProcedureVersion:
    usable = lists.usable(officer.agency, on=answering.legal_day(timezone.now()))
    wanted = request.POST.get("thu-tuc", "") or request.GET.get("thu-tuc", "")
    found = [one for one in usable if wanted in ("", one.procedure.slug)]
    if not found:
        raise NotFound(_("Cơ quan của anh/chị không có thủ tục nào lập hồ sơ theo danh sách."))
    return found[0]


def _table(request: HttpRequest) -> lists.Table:
    if sent := request.FILES.get("tep"):
        return lists.table_of_file(str(sent.name), sent.read(lists.MOST_BYTES + 1))
    return lists.table_of_text(request.POST.get("danh-sach", ""))


def _batch(
    request: HttpRequest, officer: Officer, version: ProcedureVersion, table: lists.Table, kept: Papers
) -> BatchOperation:
    judged = lists.judge(
        version,
        table,
        shared=request.POST.get("chung", ""),
        papers={name: paper["sha256"] for name, paper in kept.items()},
        agency=officer.agency,
        at=timezone.now(),
    )
    if judged.mistakes:
        raise Wrong(judged.mistakes)
    return services.create_list_batch(
        version=version,
        rows=judged.rows,
        parameters={
            "papers": list(kept.values()),
            "findings": {
                one["id"]: acting.written(request.POST, f"finding-{one['id']}")
                for one in issuing.findings_of_version(version)
            },
        },
        token=request.POST.get("token", "")[:16] or new_key(),
        officer=officer,
        at=timezone.now(),
    )


def _papers(request: HttpRequest, form: Form) -> Papers:
    """One file for each paper the form asks for; one sent before comes back as a signed note of where it lies."""
    found: Papers = {}
    for question in lists.papers(form):
        if sent := request.FILES.get(question.id):
            checked = papers.check(name=str(sent.name), content=sent.read())
            found[question.id] = {
                "question": question.id,
                "name": checked.name,
                "media_type": checked.media_type,
                "size": len(checked.content),
                "sha256": checked.sha256,
                "path": papers.store(checked.content),
            }
        elif note := request.POST.get(f"kept-{question.id}", ""):
            try:
                found[question.id] = signing.loads(note, salt=SALT)
            except signing.BadSignature as error:
                raise Refused(_("Giấy tờ đã gửi không còn. Hãy chọn lại tệp.")) from error
    return found


def _findings(request: HttpRequest, version: ProcedureVersion) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "name": f"finding-{one['id']}",
            "value": request.POST.get(f"finding-{one['id']}", one.get("suggest", "")),
        }
        for one in issuing.findings_of_version(version)
    ]


def _page(request: HttpRequest, officer: Officer, context: dict[str, Any], status: int = 200) -> HttpResponse:
    papers_kept = context.get("kept", {})
    rows = [
        {
            "id": one.id,
            "label": one.text,
            "required": one.required,
            "kept": papers_kept.get(one.id, ""),
            "name": context.get("kept_names", {}).get(one.id, ""),
        }
        for one in context["papers"]
    ]
    return render(
        request, "office/batch_list.html", {"officer": officer, **context, "paper_rows": rows}, status=status
    )
