"""Pages for anybody: where is a dossier, is this paper real. Nothing personal is shown or stands in an address."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import addresses, answering, issuing, papers
from applications.models import Dossier, Result
from applications.results import verification
from applications.states import State
from identity.access import public

WINDOW = 15 * 60
TOO_MANY = 429
_WITH = ("dossier__version__procedure", "dossier__agency", "dossier__submitter", "dossier__organisation")
Status = Literal["valid", "altered", "revoked", "unknown"]


def _too_often(request: HttpRequest, act: str) -> bool:
    """Too many tries a quarter of an hour from one address; no captcha."""
    hops = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    source = hops.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")
    key = f"{act}:{hashlib.sha256(source.encode()).hexdigest()[:24]}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > settings.PUBLIC_TRIES
    except ValueError:  # it ran out between the two lines
        return False


@public
def track(request: HttpRequest) -> HttpResponse:
    """Code and the last four digits of the number: state, office and date, or one and the same «no»."""
    context: dict[str, object] = {"written": "", "asked": request.method == "POST"}
    if request.method != "POST":
        return render(request, "applications/track.html", context)
    code = re.sub(r"\s", "", request.POST.get("ma", "")).replace("–", "-").upper()[:40]
    context["written"] = code
    if _too_often(request, "track"):
        context["too_often"] = True
        return render(request, "applications/track.html", context, status=TOO_MANY)
    context["dossier"] = _tracked(code, request.POST.get("so", "").strip())
    return render(request, "applications/track.html", context)


def _tracked(code: str, digits: str) -> Dossier | None:
    """Wrong code, foreign code and wrong digits take the same path and give the same nothing."""
    found = (
        Dossier.objects.select_related("agency", "submitter")
        .filter(code=code)
        .exclude(state=State.DRAFT)
        .first()
    )
    expected = found.submitter.number[-4:] if found else "----"
    same = hmac.compare_digest(expected.encode(), digits.encode()[:64])
    return found if same else None


@dataclass(frozen=True)
class Answer:
    """What the page says of a paper."""

    status: Status
    result: Result | None = None
    signature: verification.Verdict | None = None

    @property
    def holder(self) -> str:
        """A person's name is masked, an organisation's is public."""
        if self.result is None:
            return ""
        dossier = self.result.dossier
        return dossier.organisation.name if dossier.organisation else masked(dossier.submitter.name)

    @property
    def birth_year(self) -> int | None:
        if self.result is None or self.result.dossier.organisation:
            return None
        born = self.result.dossier.submitter.date_of_birth
        return born.year if born else None

    @property
    def title(self) -> str:
        if self.result is None:
            return ""
        return issuing.title_of(self.result.dossier, self.result)


def masked(name: str) -> str:
    return " ".join(word[0] + "•" * max(2, len(word) - 1) for word in name.split())


@public
def verify(request: HttpRequest) -> HttpResponse:
    """By short code (leads to a lasting address) or by the file itself, which is looked at and not kept."""
    if request.method != "POST":
        return _show(request, None)
    if _too_often(request, "verify"):
        return _show(
            request, None, notice=_("Bạn đã thử quá nhiều lần. Hãy thử lại sau 15 phút."), status=TOO_MANY
        )
    sent = request.FILES.get("tep")
    if sent is not None:
        return _verify_file(request, sent.read(settings.ATTACHMENT_MAX_BYTES + 1))
    code = re.sub(r"[^0-9A-Z]", "", request.POST.get("ma", "").upper())[:16]
    if not code:
        return _show(request, None, notice=_("Hãy ghi mã in dưới mã QR, hoặc chọn tệp PDF."), status=422)
    return redirect("applications:verify_code", code=code)


def _verify_file(request: HttpRequest, content: bytes) -> HttpResponse:
    if not content.startswith(b"%PDF-"):
        notice = _("Tệp này không phải PDF. Hãy chọn đúng tệp kết quả bạn nhận được.")
        return _show(request, None, notice=notice, status=422)
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        return _show(request, None, notice=_("Tệp quá lớn, không phải kết quả của cổng."), status=422)
    return _show(request, judge(content))


def judge(content: bytes) -> Answer:
    """A paper is valid when its signature holds and it is the very file that was released."""
    signature = verification.verify(content)
    digest = verification.fingerprint(content)
    issued = (Result.Status.RELEASED, Result.Status.REVOKED)
    result = Result.objects.select_related(*_WITH).filter(sha256=digest, status__in=issued).first()
    if signature.status == "altered":
        return Answer("altered", None, signature)
    if signature.status != "valid" or result is None:
        return Answer("unknown", None, signature)
    return Answer("revoked" if result.status == Result.Status.REVOKED else "valid", result, signature)


@public
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code of a printed paper leads."""
    if _too_often(request, "verify-code"):
        return _show(
            request, None, notice=_("Bạn đã thử quá nhiều lần. Hãy thử lại sau 15 phút."), status=TOO_MANY
        )
    issued = (Result.Status.RELEASED, Result.Status.REVOKED)
    results = Result.objects.select_related(*_WITH).filter(status__in=issued)
    result = results.filter(verify_code=re.sub(r"[^0-9A-Z]", "", code.upper())).first()
    if result is None:
        return _show(request, Answer("unknown"))
    try:
        content = papers.read(result.path)
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != result.sha256:
        return _show(request, Answer("altered"))
    return _show(request, judge(content))


def _show(
    request: HttpRequest, answer: Answer | None, *, notice: str = "", status: int = 200
) -> HttpResponse:
    context = {"answer": answer, "notice": notice, "now": timezone.now()}
    return render(request, "applications/verify.html", context, status=status)


@public
def communes(request: HttpRequest) -> JsonResponse:
    """Names for the address box of browsers that run scripts; the form works without."""
    name, province = request.GET.get("ten", "")[:80], request.GET.get("tinh", "")[:2]
    found = addresses.find(name, province=province, on=answering.legal_day(timezone.now())) if name else []
    rows = [{"name": unit.name, "province": str(unit.parent or ""), "code": unit.code} for unit in found]
    return JsonResponse({"communes": rows[: addresses.MOST_OFFERED]})
