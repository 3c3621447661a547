"""What nobody can ever see, and rules that decide nothing: found by following every possible answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.schema.errors import Fault
from procedures.schema.expressions import Place, Walk
from procedures.schema.model import Form


def unreachable(form: Form) -> list[Fault]:
    """For lint. The form is one that loads; what is found works, but part of it is dead."""
    walk = Walk(form)
    hidden = {place.path.removesuffix(".show_if") for place in walk.places if place.always is False}
    return [*_dead(walk.places), *_empty_pages(form, hidden)]


def _dead(places: list[Place]) -> Iterator[Fault]:
    for place in places:
        if place.always is not None and place.expression.strip() not in ("true", "false"):
            if words := _sentence(place):
                yield Fault(place.path, words)
        elif place.always is False and place.role in ("page", "question", "choice", "fee"):
            yield Fault(place.path, _sentence(place))


def _sentence(place: Place) -> str:
    always, never = {
        "page": (
            _("luôn đúng: bỏ điều kiện này"),
            _("trang này không bao giờ hiện: sửa điều kiện hoặc bỏ trang"),
        ),
        "question": (
            _("luôn đúng: bỏ điều kiện này"),
            _("câu hỏi này không bao giờ hiện: sửa điều kiện hoặc bỏ câu hỏi"),
        ),
        "choice": (
            _("luôn đúng: bỏ điều kiện này"),
            _("lựa chọn này không bao giờ hiện: sửa điều kiện hoặc bỏ lựa chọn"),
        ),
        "required": (_("luôn đúng: viết true"), _("không bao giờ bắt buộc: viết false")),
        "fact_only": (_("luôn đúng: viết true"), _("luôn sai: bỏ fact_only")),
        "check": (_("không bao giờ sai: bỏ điều kiện này"), _("luôn sai: không ai nộp được hồ sơ")),
        "decision": (
            _("không bao giờ sai: bỏ điều kiện này"),
            _("luôn sai: không hồ sơ nào được chấp thuận"),
        ),
        "fee": ("", _("khoản này không bao giờ thu: sửa điều kiện hoặc bỏ khoản")),
        "role": (_("luôn đúng: bỏ điều kiện này"), _("nguồn này không bao giờ dùng: sửa điều kiện hoặc bỏ")),
        "derive": ("", ""),
        "times": ("", ""),
    }[place.role]
    return always if place.always else never


def _empty_pages(form: Form, hidden: set[str]) -> Iterator[Fault]:
    for number, page in enumerate(form.pages):
        path = f"pages[{number}]"
        questions = [f"{path}.questions[{nth}]" for nth in range(len(page.questions))]
        if path not in hidden and all(question in hidden for question in questions):
            yield Fault(path, _("mọi câu hỏi của trang này đều không bao giờ hiện: bỏ trang"))
