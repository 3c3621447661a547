"""«Từ ngữ tìm kiếm»: editors list, try, add, change and remove what people say for what the law says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from identity.access import officer_of, officer_required
from identity.errors import DomainError, Forbidden, NotFound
from identity.models import Officer, Role
from procedures import search
from procedures.catalogue.synonyms import SUBJECT, phrase_key
from procedures.entries import Entry
from procedures.index import Index
from procedures.models import EditorialEvent, Synonym
from procedures.sayings import Synonym as Meaning
from procedures.services.vocabulary import (
    Saying,
    add_synonym,
    change_synonym,
    cleaned,
    remove_synonym,
    said,
)

PAGE = 30
SHOWN = 6
"""Phrases of a row on the list; the others are counted."""
COMPARED = 5
LONGEST_QUESTION = 200
FIELDS = ("say", "find", "labels", "labels_en")


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    say: list[str]
    more: int
    find: list[str]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The first answers to one question, as things are and as they would be."""

    question: str
    before: list[Entry]
    after: list[Entry]

    @property
    def differs(self) -> bool:
        return self.before != self.after


@officer_required(Role.EDITOR, Role.PUBLISHER)
def synonyms(request: HttpRequest) -> HttpResponse:
    wanted = " ".join(request.GET.get("loc", "").split())[:LONGEST_QUESTION]
    question = " ".join(request.GET.get("thu", "").split())[:LONGEST_QUESTION]
    rows = [_row(row) for row in Synonym.objects.order_by("is_own", "pk") if _matches(row, wanted)]
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    found = search.find(question) if question else None
    shown = {
        "officer": officer_of(request),
        "wanted": wanted,
        "question": question,
        "found": found,
        "first": found.entries[:COMPARED] if found else [],
        "page": page,
        "events": EditorialEvent.objects.filter(subject=SUBJECT)
        .select_related("by__user")
        .order_by("-pk")[:8],
    }
    return render(request, "editor/synonyms.html", shown)


@officer_required(Role.EDITOR, Role.PUBLISHER)
def synonym(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """One row; ``pk`` 0 is a new one. Buttons: ``try`` shows the effect, ``save`` and ``remove`` do it."""
    row = Synonym.objects.filter(pk=pk).first()
    if pk and row is None:
        raise NotFound(_("Dòng này không còn nữa. Có thể người khác vừa xóa."))
    typed = _typed(request) if request.method == "POST" else said(row) if row else Saying((), ())
    refusal: DomainError | None = None
    trial: Trial | None = None
    question = " ".join(request.POST.get("question", "").split())[:LONGEST_QUESTION]
    if request.method == "POST":
        try:
            if "try" in request.POST:
                trial = _trial(question, cleaned(typed), besides=pk)
            else:
                return _done(request, row, typed)
        except DomainError as refused:
            refusal = refused
    shown = {
        "officer": officer_of(request),
        "row": row,
        "typed": {name: "\n".join(getattr(typed, name)) for name in FIELDS},
        "seen": request.POST.get("seen") or _digest(row),
        "now": row if refusal and refusal.status == 409 else None,
        "question": question,
        "trial": trial,
        "refusal": refusal,
        "anchor": refusal.details.get("field", "say") if refusal else "",
    }
    return render(request, "editor/synonym.html", shown, status=refusal.status if refusal else 200)


def _done(request: HttpRequest, row: Synonym | None, typed: Saying) -> HttpResponse:
    officer = _officer(request)
    at = timezone.now()
    seen = said(row) if row and request.POST.get("seen") == _digest(row) else Saying((), ())
    if row is None:
        add_synonym(saying=typed, by=officer, at=at)
        messages.success(request, _("Đã thêm. Trang tìm kiếm dùng cách nói mới sau vài giây."))
    elif "remove" in request.POST:
        remove_synonym(pk=row.pk, seen=seen, by=officer, at=at)
        messages.success(request, _("Đã xóa. Trang tìm kiếm thôi dùng cách nói này sau vài giây."))
    else:
        change_synonym(pk=row.pk, seen=seen, saying=typed, by=officer, at=at)
        messages.success(request, _("Đã lưu. Trang tìm kiếm dùng bản mới sau vài giây."))
    return redirect("procedures:synonyms")


def _trial(question: str, saying: Saying, *, besides: int) -> Trial:
    """The answer now, and with this row as typed."""
    question = question or saying.say[0]
    meaning = Meaning(saying.say, saying.find, saying.labels, saying.labels_en)
    others = Synonym.objects.exclude(pk=besides).values_list(*FIELDS)
    changed = search.trial([*(Meaning(*map(tuple, other)) for other in others), meaning])
    return Trial(question, _first(search.index(), question), _first(changed, question))


def _first(index: Index, question: str) -> list[Entry]:
    return index.find(question).entries[:COMPARED]


def _typed(request: HttpRequest) -> Saying:
    return Saying(*(tuple(request.POST.get(name, "").splitlines()) for name in FIELDS))


def _row(row: Synonym) -> Row:
    return Row(row.pk, row.say[:SHOWN], max(0, len(row.say) - SHOWN), row.find, row.is_own)


def _matches(row: Synonym, wanted: str) -> bool:
    asked = phrase_key(wanted)
    return not asked or any(asked in phrase_key(phrase) for phrase in (*row.say, *row.find))


def _digest(row: Synonym | None) -> str:
    """What the page showed, so that a later change by somebody else is noticed."""
    return hashlib.sha256(repr(said(row)).encode()).hexdigest() if row else ""


def _officer(request: HttpRequest) -> Officer:
    officer = officer_of(request)
    if officer is None:
        raise Forbidden(_("Phiên làm việc đã hết. Hãy đăng nhập lại."))
    return officer
