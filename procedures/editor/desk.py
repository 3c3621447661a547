"""One request at the form builder: who, which draft, and what a refusal shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from identity.errors import DomainError, NotFound, Refused
from procedures import building, search, services
from procedures.access import version_for
from procedures.edition import Edition
from procedures.editor.builder import Builder, published_forms
from procedures.editor.frame import frame, signed_in
from procedures.models import ProcedureVersion

NEVER = -1
"""An edit count no draft has: a page without one is always stale."""
Change = Callable[[building.Definition], building.Definition]
Problems = list[tuple[str, str]]


class Desk:
    def __init__(self, request: HttpRequest, version: int, right: str = "edit") -> None:
        self.request = request
        self.officer = signed_in(request)
        self.draft = version_for(self.officer, version, right)

    @property
    def form(self) -> building.Definition:
        """The form of the draft. Raises NotFound where none was begun."""
        if self.draft.form is None:
            raise NotFound(_("Bản này chưa có biểu mẫu."))
        form: building.Definition = self.draft.form
        return form

    @property
    def typed(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.request.POST.items()}

    @property
    def is_draft(self) -> bool:
        return self.draft.status == ProcedureVersion.Status.DRAFT

    def save(self, change: Change) -> None:
        """Change the form through the verb. Raises what the verb and the change raise, stale pages included."""
        self.edit(lambda edition: _changed(edition, change))

    def edit(self, change: Callable[[Edition], Edition]) -> None:
        count = self.request.POST.get("edits", "")
        self.draft = services.edit(
            version=self.draft,
            expected=int(count) if count.isdecimal() and len(count) < 10 else NEVER,
            change=change,
            by=self.officer,
            at=timezone.now(),
        )

    def press(
        self,
        change: Change,
        *,
        page: str,
        told: str,
        anchor: str = "",
        **typed: Any,
    ) -> HttpResponse:
        """A button of the builder: done and back at the page, or the page with the reason."""
        try:
            self.save(change)
        except NotFound:
            raise
        except DomainError as error:
            return self.show(page, error=error, **typed)
        messages.success(self.request, told)
        return self.back(page, anchor)

    def back(self, page: str = "", anchor: str = "") -> HttpResponse:
        address = reverse("procedures:edit_form", args=(self.draft.pk,))
        return redirect(address + (f"?trang={page}" if page else "") + (f"#{anchor}" if anchor else ""))

    def show(self, page: str, *, error: DomainError | None = None, **more: Any) -> HttpResponse:
        """The builder as it is now, with what was refused and what was typed."""
        if error is not None:
            self.draft = version_for(self.officer, self.draft.pk, "read")
        if self.draft.form is None:
            more |= {"forms": published_forms(_published())}
        builder = Builder(self.draft, page, search.today())
        return self.render("form", {"builder": builder, "error": error, **more})

    def render(self, name: str, more: Mapping[str, Any]) -> HttpResponse:
        """``problems`` and ``error`` in ``more`` decide the status; both are told above the page."""
        problems: Problems = more.get("problems", [])
        context = frame(self.draft, self.officer, tab="edit_form") | {
            "error": None,
            "values": {},
            "wrong": dict(problems),
            "errors": [(f"f-{name}", sentence) for name, sentence in problems],
        }
        error = more.get("error")
        status = error.status if error else 422 if problems else 200
        return render(self.request, f"editor/{name}.html", context | dict(more), status=status)


def _changed(edition: Edition, change: Change) -> Edition:
    if edition.form is None:
        raise Refused(_("Bản này chưa có biểu mẫu. Hãy bắt đầu biểu mẫu trước."))
    return replace(edition, form=change(dict(edition.form)))


def _published() -> list[ProcedureVersion]:
    today = search.today()
    return list(
        ProcedureVersion.objects.in_force(today)
        .exclude(form=None)
        .select_related("procedure")
        .order_by("procedure__name")
    )
