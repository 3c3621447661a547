"""Everything wrong with what a definition of the right shape means, with its place and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from procedures import rules
from procedures.schema.errors import Fault
from procedures.schema.expressions import Place, Walk
from procedures.schema.model import CHOSEN, Form, Group, Page, Prefill, Question
from procedures.schema.readers import LARGEST
from procedures.schema.syntax import RESERVED
from procedures.schema.types import Type, is_day, noun, of_question

MOST_QUESTIONS = 1000
MOST_STEPS = 2_000_000
"""Of all expressions of a form together: about a second of the engine for the worst form there can be."""
DAYS = frozenset({"date", "partial_date"})
NUMBERS = frozenset({"integer", "money", "decimal", "year"})


def faults(form: Form) -> Iterator[Fault]:
    """Names are unique; an expression sees only what stands before it, so no rule can run in circles."""
    yield from _names(form)
    for number, page in enumerate(form.pages):
        yield from _page(f"pages[{number}]", page, form)
    yield from _after(form)
    yield from _expressions(form)


def _names(form: Form) -> Iterator[Fault]:
    yield from _once("pages", (page.id for page in form.pages))
    ids = [one.id for page in form.pages for one in page.questions] + list(form.groups)
    yield from _once("questions", ids)
    if len(ids) > MOST_QUESTIONS:
        yield Fault(
            "pages",
            _("biểu có %(count)s câu hỏi, nhiều nhất là %(most)s")
            % {"count": len(ids), "most": MOST_QUESTIONS},
        )
    for name in sorted({one for one in ids if one in RESERVED or one in rules.FUNCTIONS}):
        yield Fault("questions", _("«%(name)s» là từ của biểu thức: đặt mã khác") % {"name": name})


def _once(path: str, names: Iterable[str]) -> Iterator[Fault]:
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield Fault(path, _("mã «%(name)s» dùng hơn một lần: mỗi mã một câu hỏi") % {"name": name})


def _page(path: str, page: Page, form: Form) -> Iterator[Fault]:
    for number, question in enumerate(page.questions):
        place = f"{path}.questions[{number}]"
        yield from _question(place, question, page.group)
        yield from _bounds(place, question)
        yield from _prefill(place, question.prefill, form)
    if page.group is not None:
        yield from _prefill(f"{path}.group", page.group.prefill, form)
        if page.group.min > page.group.max:
            yield Fault(f"{path}.group", _("số dòng ít nhất (min) lớn hơn số dòng nhiều nhất (max)"))


def _question(path: str, question: Question, group: Group | None) -> Iterator[Fault]:
    if question.kind in CHOSEN - {"boolean"} and not question.choices:
        yield Fault(path, _("câu chọn phải có các lựa chọn (choices)"))
    if question.kind == "computed" and not question.derive:
        yield Fault(path, _("câu tính sẵn phải có biểu thức tính (derive)"))
    if question.kind == "computed" and question.required:
        yield Fault(path, _("câu tính sẵn thì không ai phải trả lời: bỏ «required»"))
    if question.proposed and not (question.prefill or question.derive):
        yield Fault(path, _("«proposed» cần nơi lấy đề xuất: thêm prefill hoặc derive"))
    if question.fact_only and not (question.prefill or question.derive):
        yield Fault(path, _("«fact_only» cần nơi lấy dữ kiện: thêm prefill hoặc derive"))
    if group is not None and (question.prefill or question.derive or question.fact_only):
        yield Fault(path, _("prefill, derive và fact_only đặt ở nhóm, không đặt ở từng cột"))
    if group is not None and question.kind == "file":
        yield Fault(path, _("không gửi tệp trong từng dòng: đặt câu gửi tệp ở trang riêng"))
    if (question.component is not None) != (question.kind == "file"):
        yield Fault(path, _("câu gửi tệp phải chọn nộp thành phần hồ sơ nào, câu khác thì không"))
    yield from _once(path, (choice.code for choice in question.choices))


def _bounds(path: str, question: Question) -> Iterator[Fault]:
    limits = {
        name: limit for name, limit in (("min", question.min), ("max", question.max)) if limit is not None
    }
    for name, limit in limits.items():
        if isinstance(limit, str):
            if question.kind not in DAYS:
                yield Fault(f"{path}.{name}", _("giới hạn bằng ngày chỉ đặt cho câu hỏi ngày"))
            elif limit != "today" and not is_day(limit):
                yield Fault(f"{path}.{name}", _("không có ngày %(day)s, hãy xem lại") % {"day": limit})
        elif question.kind not in NUMBERS:
            yield Fault(f"{path}.{name}", _("giới hạn bằng số chỉ đặt cho câu hỏi số"))
        elif not abs(limit) <= LARGEST:  # also refuses NaN
            yield Fault(f"{path}.{name}", _("số giới hạn lớn quá"))
    low, high = question.min, question.max
    if "today" not in (low, high) and type(low) is type(high) and low is not None and low > high:  # type: ignore[operator]
        yield Fault(path, _("giới hạn dưới (min) lớn hơn giới hạn trên (max): không câu trả lời nào đúng"))


def _prefill(path: str, prefill: tuple[Prefill, ...], form: Form) -> Iterator[Fault]:
    for one in prefill:
        if one.role not in _roles(form):
            yield Fault(f"{path}.prefill", _no_role(one.role))


def _roles(form: Form) -> set[str]:
    return {"requester", "organisation", *form.roles}


def _no_role(role: str) -> str:
    return _("không có vai nào tên «%(role)s»: thêm vào roles") % {"role": role}


def _after(form: Form) -> Iterator[Fault]:
    known = form.questions.keys() | form.groups.keys()
    for role, sources in form.roles.items():
        for number, source in enumerate(sources):
            if source.of not in _roles(form):
                yield Fault(f"roles.{role}[{number}]", _no_role(source.of))
    for name, conditions in (("checks", form.checks), ("auto_decision", form.auto_decision)):
        yield from _once(name, (condition.id for condition in conditions))
        for number, condition in enumerate(conditions):
            if condition.question and condition.question not in known:
                yield Fault(f"{name}[{number}].question", _no_question(condition.question))
    for number, field in enumerate(form.result_fields):
        if field.source != "issued" and field.source not in known:
            yield Fault(f"result_fields[{number}]", _no_question(field.source))


def _no_question(name: str) -> str:
    return _("không có câu hỏi nào tên «%(name)s»") % {"name": name}


def _expressions(form: Form) -> Iterator[Fault]:
    steps = 0
    for place in Walk(form).places:
        steps += place.checked.steps * place.repeated
        for problem in place.checked.problems:
            yield Fault(place.path, problem)
        if not place.checked.problems and (wrong := wrong_result(place)):
            yield Fault(place.path, wrong)
    if steps > MOST_STEPS:
        yield Fault(
            "form", _("các biểu thức của biểu cộng lại tính quá nhiều bước: bớt vòng lặp, bớt số dòng")
        )


def wrong_result(place: Place) -> str:
    """Why the result is not what its place needs; '' if it is."""
    result = place.checked.result
    if place.role == "derive" and place.question is not None:
        return _wrong_derive(place.question, result)
    if place.role == "times":
        if result.sort != "whole" or result.null:
            return _("số lần phải là số nguyên")
        return (
            ""
            if result.low >= 0
            else _("số lần có thể âm: đặt số nhỏ nhất (min) cho câu hỏi, hoặc thêm điều kiện")
        )
    if result.sort == "truth" and result.null:
        return _("có thể chưa trả lời: hãy so sánh với == true hoặc == false")
    return "" if result.sort in ("truth", "any") else _("kết quả phải là đúng hoặc sai")


def _wrong_derive(question: Question, result: Type) -> str:
    wanted = of_question(question)
    kind = question.value_of
    if result.sort == "null":
        return ""
    if result.sort != wanted.sort:
        return _("biểu thức cho ra %(given)s nhưng câu này (%(kind)s) cần %(wanted)s") % {
            "given": noun(result),
            "kind": kind,
            "wanted": noun(wanted),
        }
    if kind == "date" and not _gives_days(result):
        return _("biểu thức phải cho ra một ngày hoặc ''")
    strange = (result.can or frozenset()) - (wanted.codes or frozenset()) if wanted.codes else frozenset()
    if strange and result.sort == "text":
        return _("biểu thức cho ra «%(code)s», không có trong các lựa chọn") % {"code": sorted(strange)[0]}
    unknown = sorted(result.parts.keys() - wanted.parts.keys())
    if result.sort == "map" and unknown:
        return _("giá trị này không có phần «%(name)s»") % {"name": unknown[0]}
    return ""


def _gives_days(result: Type) -> bool:
    return result.day or (result.can is not None and all(text == "" or is_day(text) for text in result.can))
