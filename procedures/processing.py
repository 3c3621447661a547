"""What an agency does with a dossier, as data of a version: steps, routing, findings, the paper that comes out.

Pure: structure (JSON Schema) and meaning of ``ProcedureVersion.processing``, in the language of the form.

Routing is one rule or ordered cases, the first that holds wins:
``{"level": "commune", "kind": "commune_committee", "from": ["mother_residence", …]}``: the agency of that kind for
the commune of the first of these answers; ``{"level": "province", …}``: of its province; ``{"agency": "<key>"}``:
one agency for the whole country; ``{"cases": [{"when": "…", …}, {…}]}``: the last case has no ``when``.

Steps run in their order (``applications.steps``): ``when`` reads the answers and, after the first examination, what
the agency found (``findings.<id>``); ``different_from`` names steps whose person may not do this one as well;
``source`` says where the law has the step. A consultation is put to an agency by its key, or to that of a kind at the
place of the deciding agency; ``papers`` are the file questions it may see, ``silence`` the article by which no answer
within ``days`` (working days) counts as none to come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from procedures import rules
from procedures.schema import Fault, Form, SchemaError
from procedures.schema.expressions import Walk
from procedures.schema.shape import MOST_FAULTS, against
from procedures.schema.structure import ID, NAMED, RULE, TEXT, many, record
from procedures.schema.typecheck import check
from procedures.schema.types import Type, free_text

STEP_KINDS = ("examine", "verify", "consult", "approve", "sign", "number", "release")
BEFORE_SIGNING, AFTER_SIGNING = ("examine", "verify", "consult", "approve"), ("number", "release")
ROLES = ("intake", "case_officer", "approver", "signer", "registry_clerk", "finance", "system")
KEY = {"type": "string", "pattern": r"^[a-z][a-z0-9_-]{0,59}$"}
CONSULT = record(
    ("days",),
    agency=KEY,
    level={"enum": ["commune", "province"]},
    kind=KEY,
    days={"type": "integer", "minimum": 1, "maximum": 60},
    papers=many(ID, 50),
    silence=TEXT,
)
STEP = record(
    ("id", "kind", "role", "name_vi"),
    id=ID,
    kind={"enum": list(STEP_KINDS)},
    role={"enum": list(ROLES)},
    name_vi=NAMED,
    name_en=TEXT,
    when=RULE,
    share={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    consult=CONSULT,
    different_from=many(ID, 10),
    source=TEXT,
)
FOUND = free_text(3000)
"""What an officer may state under one finding."""
_PLACE = {"level": {"enum": ["commune", "province"]}, "kind": KEY, "from": many(ID, 10, 1)}
_TO = {"agency": KEY, **_PLACE}
ROUTING = {
    "type": "object",
    "properties": {**_TO, "cases": many(record((), when=RULE, **_TO), 50, 1)},
    "additionalProperties": False,
}
FINDING = record(
    ("id", "label"), id=ID, label=NAMED, label_en=TEXT, required={"type": "boolean"}, suggest=TEXT
)
CONDITION = record(("when", "pass_vi", "fail_vi"), when=RULE, pass_vi=NAMED, fail_vi=NAMED)
EXTENDED_BY = ("working_days", "days", "months")
CHECK = record(("id", "label", "unmet"), id=ID, label=NAMED, label_en=TEXT, unmet=NAMED, unmet_en=TEXT,
               required={"type": "boolean"}, basis=TEXT)  # fmt: skip
RETURN_REASON = record(("id", "of", "label"), id=ID, of={"enum": ["paper", "answer"]}, label=NAMED)
PART = record(("question", "values"), question=ID, values={"type": "object", "additionalProperties": TEXT})
PROCESSING = record(
    ("steps",),
    steps=many(STEP, 20, 1),
    routing=ROUTING,
    supplement_days={"type": "integer", "minimum": 1, "maximum": 365},
    reappointment_days={"type": "integer", "minimum": 1, "maximum": 60},
    extension=record(
        ("value", "unit", "legal_basis"),
        value={"type": "integer", "minimum": 1, "maximum": 365},
        unit={"enum": list(EXTENDED_BY)},
        legal_basis=NAMED,
    ),
    findings=many(FINDING, 50),
    conditions=many(CONDITION, 50),
    checklist=many(CHECK, 50),
    return_reasons=many(RETURN_REASON, 50),
    consultation=record((), pauses=NAMED),
    result_template=KEY,
    result_title=NAMED,
    paper={"type": "object", "propertyNames": ID, "additionalProperties": PART},
)

USUAL: Mapping[str, Any] = {
    "steps": [
        {"id": "examine", "kind": "examine", "role": "case_officer",
         "name_vi": "Thẩm tra, dự thảo", "name_en": "Examine and draft"},
        {"id": "sign", "kind": "sign", "role": "signer", "name_vi": "Ký số", "name_en": "Sign"},
        {"id": "release", "kind": "release", "role": "registry_clerk",
         "name_vi": "Vào sổ, phát hành", "name_en": "Number and release"},
    ],
    "supplement_days": 30,
    "result_template": "certificate",
}  # fmt: skip
"""What most procedures do with a dossier: where an editor starts."""


@dataclass(frozen=True, slots=True)
class Route:
    """One agency by its key, or the agency of a kind at a level, for the place of the first of ``sources``."""

    agency: str = ""
    level: str = ""
    kind: str = ""
    sources: tuple[str, ...] = ()


def route(processing: Mapping[str, Any], scope: Mapping[str, Any]) -> Route | None:
    """The first case that holds; None where no routing is given or no case holds."""
    routing = processing.get("routing", {})
    for case in routing.get("cases", [routing] if routing else []):
        if not case.get("when") or rules.truth(case["when"], scope):
            return Route(
                case.get("agency", ""),
                case.get("level", ""),
                case.get("kind", ""),
                tuple(case.get("from", ())),
            )
    return None


@cache
def _structure() -> Draft202012Validator:
    return Draft202012Validator(PROCESSING)


def faults(processing: Any, form: Form | None) -> list[Fault]:
    """Everything wrong with the processing of a version whose form is ``form`` (None: no form online)."""
    if found := [*islice(against(_structure(), processing), MOST_FAULTS)]:
        return found
    env = Walk(form).env if form is not None else {}
    return [*_steps(processing, form, env), *_routing(processing.get("routing"), form, env),
            *_rest(processing, form, env)]  # fmt: skip


def load(processing: Any, form: Form | None) -> Mapping[str, Any]:
    """The processing itself. Raises SchemaError with every fault."""
    if found := faults(processing, form):
        raise SchemaError(found)
    checked: Mapping[str, Any] = processing
    return checked


def _once(path: str, names: Iterable[str]) -> Iterator[Fault]:
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield Fault(path, _("mã «%(name)s» dùng hơn một lần") % {"name": name})


def _rule(path: str, expression: str | None, env: Mapping[str, Type]) -> Iterator[Fault]:
    if not expression:
        return
    checked = check(expression, env)
    yield from (Fault(path, problem) for problem in checked.problems)
    if not checked.problems and (checked.result.sort != "truth" or checked.result.null):
        yield Fault(path, _("kết quả phải là đúng hoặc sai"))


def _steps(processing: dict[str, Any], form: Form | None, env: Mapping[str, Type]) -> Iterator[Fault]:
    steps: list[dict[str, Any]] = processing["steps"]
    yield from _once("steps", (step["id"] for step in steps))
    yield from _order(steps)
    if _shares(steps) > 1.0001:
        yield Fault("steps", _("các phần thời hạn (share) cộng lại không được quá 1"))
    known, found = dict(env), {one["id"]: FOUND for one in processing.get("findings", ())}
    for number, step in enumerate(steps):
        path = f"steps[{number}]"
        yield from _rule(f"{path}.when", step.get("when"), known)
        if step.get("when") and step["kind"] in ("sign", "release"):
            yield Fault(f"{path}.when", _("bước ký và bước phát hành luôn phải có: bỏ điều kiện"))
        yield from _consult(path, step, form)
        yield from _different(path, step, [one["id"] for one in steps[:number]])
        if step["kind"] == "examine":
            known = {"findings": Type("map", parts=found), **env}


def _shares(steps: list[dict[str, Any]]) -> float:
    """Consultations declared one after another run together and count once."""
    parts = groupby(enumerate(steps), lambda one: -1 if one[1]["kind"] == "consult" else one[0])
    return sum(max(float(step.get("share", 0)) for _number, step in group) for _key, group in parts)


def _order(steps: list[dict[str, Any]]) -> Iterator[Fault]:
    kinds = [step["kind"] for step in steps]
    always = [one for one, step in enumerate(steps) if step["kind"] == "examine" and not step.get("when")]
    if kinds[0] not in ("examine", "verify", "consult"):
        yield Fault("steps[0]", _("bước đầu phải là thẩm tra, xác minh hoặc lấy ý kiến"))
    if kinds.count("release") != 1 or kinds[-1] != "release":
        yield Fault("steps", _("bước cuối, và chỉ bước cuối, là phát hành (release)"))
        return
    if kinds.count("sign") != 1:
        yield Fault("steps", _("phải có đúng một bước ký (sign)"))
        return
    signed = kinds.index("sign")
    for number, kind in enumerate(kinds):
        if kind in BEFORE_SIGNING and number > signed or kind in AFTER_SIGNING and number < signed:
            yield Fault(f"steps[{number}]", _("sau bước ký chỉ có cấp số (number) rồi phát hành (release)"))
        elif kind == "approve" and always and number < always[0]:
            yield Fault(f"steps[{number}]", _("bước duyệt đứng sau bước thẩm tra trình kết quả"))
    if kinds.count("number") > 1:
        yield Fault("steps", _("nhiều nhất một bước cấp số (number)"))
    if not always:
        yield Fault(
            "steps", _("phải có một bước thẩm tra (examine) không điều kiện, để có người trình kết quả")
        )


def _consult(path: str, step: dict[str, Any], form: Form | None) -> Iterator[Fault]:
    whom = step.get("consult")
    if (whom is not None) != (step["kind"] == "consult"):
        yield Fault(path, _("bước lấy ý kiến, và chỉ bước đó, ghi cơ quan được hỏi (consult)"))
    elif whom is not None:
        if whom.keys() & {"agency", "level", "kind"} not in ({"agency"}, {"level", "kind"}):
            yield Fault(f"{path}.consult", _("ghi một cơ quan (agency), hoặc cấp (level) và loại (kind)"))
        questions = form.questions if form is not None else {}
        for number, name in enumerate(whom.get("papers", ())):
            if name not in questions or questions[name].kind != "file":
                wrong = _("«%(name)s» không phải câu hỏi nộp giấy tờ") % {"name": name}
                yield Fault(f"{path}.consult.papers[{number}]", wrong)


def _different(path: str, step: dict[str, Any], before: list[str]) -> Iterator[Fault]:
    for number, name in enumerate(step.get("different_from", ())):
        if name not in before:
            wrong = _("«%(name)s» không phải bước đứng trước bước này") % {"name": name}
            yield Fault(f"{path}.different_from[{number}]", wrong)


def _routing(routing: dict[str, Any] | None, form: Form | None, env: Mapping[str, Type]) -> Iterator[Fault]:
    if routing is None:
        return
    cases = routing.get("cases")
    if cases is None:
        yield from _case("routing", routing, form)
        return
    if len(routing) > 1:
        yield Fault("routing", _("đã có các trường hợp (cases) thì không ghi gì bên cạnh"))
    for number, case in enumerate(cases):
        path, last = f"routing.cases[{number}]", number == len(cases) - 1
        yield from _case(path, case, form)
        yield from _rule(f"{path}.when", case.get("when"), env)
        if last and case.get("when"):
            yield Fault(path, _("trường hợp cuối không có điều kiện, để không ai thiếu nơi nhận"))
        if not last and not case.get("when"):
            yield Fault(path, _("thiếu điều kiện (when): các trường hợp sau không bao giờ dùng đến"))


def _case(path: str, case: dict[str, Any], form: Form | None) -> Iterator[Fault]:
    if "agency" in case:
        if case.keys() & {"level", "kind", "from"}:
            yield Fault(path, _("đã ghi một cơ quan (agency) thì không ghi level, kind, from"))
        return
    if missing := [name for name in ("level", "kind", "from") if name not in case]:
        yield Fault(path, _("thiếu: %(names)s") % {"names": ", ".join(missing)})
        return
    questions = form.questions if form is not None else {}
    for number, name in enumerate(case["from"]):
        place = f"{path}.from[{number}]"
        if name not in questions:
            yield Fault(place, _no_question(name))
        elif questions[name].value_of != "address":
            yield Fault(place, _("«%(name)s» không phải câu hỏi địa chỉ") % {"name": name})


def _no_question(name: str) -> str:
    return _("không có câu hỏi nào tên «%(name)s»") % {"name": name}


def _rest(processing: dict[str, Any], form: Form | None, env: Mapping[str, Type]) -> Iterator[Fault]:
    yield from _once("findings", (one["id"] for one in processing.get("findings", ())))
    yield from _once("checklist", (one["id"] for one in processing.get("checklist", ())))
    if processing.get("checklist") and form is not None and form.auto_decision:
        yield Fault("checklist", _("thủ tục tự quyết định không có ai xét điều kiện: bỏ danh mục này"))
    for number, condition in enumerate(processing.get("conditions", ())):
        yield from _rule(f"conditions[{number}].when", condition["when"], env)
    questions = form.questions if form is not None else {}
    for name, part in processing.get("paper", {}).items():
        question = questions.get(part["question"])
        if question is None:
            yield Fault(f"paper.{name}.question", _no_question(part["question"]))
            continue
        codes = {choice.code for choice in question.choices}
        for code in sorted(part["values"].keys() - codes):
            yield Fault(f"paper.{name}.values", _("không có lựa chọn «%(code)s»") % {"code": code})
