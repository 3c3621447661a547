"""Asked once: what a connected register holds is not asked again without a cited article.

Nghị định 45/2020/NĐ-CP and 107/2021/NĐ-CP (no paper an authority can read from a database); Luật Cư trú 2020,
Điều 38 khoản 3 and Nghị định 104/2022/NĐ-CP (household and temporary-residence books no longer exist).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procedures import dictionary, facts
from procedures.lint.material import Asked, Finding, Material, cites, connected

POPULATION = "national_population_db"
HELD_KINDS = {
    "citizen_id": POPULATION,
    "identity_document": POPULATION,
    "ethnicity": POPULATION,
    "religion": POPULATION,
}
KNOWN_PEOPLE = frozenset({dictionary.REQUESTER, dictionary.ORGANISATION, "spouse"})
"""Whom the portal can look up without a number given: who signed in, their spouse, their organisation."""
_ABOLISHED = re.compile(r"\b(sổ hộ khẩu|sổ tạm trú|hộ khẩu (?:gốc|giấy|thường trú bản))", re.IGNORECASE)
_IDENTITY = re.compile(
    r"(?:bản sao|bản chụp|ảnh|tệp|photo|photocopy|giấy tờ)[^.;]{0,40}"
    r"\b(?:CCCD|CMND|CMT|căn cước|chứng minh nhân dân|tùy thân)",
    re.IGNORECASE,
)
_NOT_NEEDED = re.compile(r"\b(?:không|khỏi|miễn|bỏ|thay)\b[^.;]*$", re.IGNORECASE)


def questions(material: Material) -> Iterator[Finding]:
    for one in material.questions:
        if one.question.basis:
            yield from _basis(one.place, one.question.label, one.question.basis)
        elif (register := _held(material, one)) and (message := _asked_again(one)):
            told = {"label": one.question.label, "register": facts.REGISTERS.get(register, register)}
            yield Finding(
                "once_only",
                "error",
                one.place,
                message % told,
                _("Lấy câu này từ từ điển dữ liệu để điền sẵn, bỏ câu hỏi, hoặc dẫn điều luật cho phép hỏi."),
            )


def _held(material: Material, one: Asked) -> str:
    """The connected register that holds this datum of a person the form can look up; '' when none does."""
    question, form = one.question, material.form
    if form is None or one.page.group is not None or question.kind in ("computed", "file"):
        return ""
    if question.of not in KNOWN_PEOPLE | form.roles.keys():
        return ""
    element = dictionary.elements().get(question.element)
    if element is None:
        register = HELD_KINDS.get(question.kind, "") if question.of == dictionary.REQUESTER else ""
    else:
        register = element.register if dictionary.prefill(element, question.of) else ""
    return register if register and connected(register) else ""


def _asked_again(one: Asked) -> str:
    """What is wrong, '' when the question only steps in where the register is silent."""
    question = one.question
    if not question.derive and not any(connected(source.register) for source in question.prefill):
        return _("“%(label)s” hỏi lại điều %(register)s đã có.")
    if question.proposed:
        return _("“%(label)s” vẫn hỏi dù %(register)s đã trả lời.")
    return ""


def _basis(place: str, label: str, basis: str) -> Iterator[Finding]:
    if not cites(basis):
        yield Finding(
            "once_only",
            "error",
            place,
            _("Căn cứ “%(basis)s” của “%(label)s” không phải là trích dẫn luật.")
            % {"basis": basis, "label": label},
            _("Ghi tên loại văn bản, số, năm và điều, ví dụ: Luật Hộ tịch 2014, Điều 16."),
        )


def twice(material: Material) -> Iterator[Finding]:
    """The same datum of the same person on one walk: an earlier answer is reused, never asked again."""
    first: dict[tuple[str, str], Asked] = {}
    for one in material.questions:
        question = one.question
        if not question.element or not question.of or one.page.group is not None or question.kind == "file":
            continue
        earlier = first.setdefault((question.element, question.of), one)
        pair = {earlier.question.id, question.id}
        if len(pair) == 2 and any(pair <= walk.questions for walk in material.walks):
            yield Finding(
                "once_only",
                "error",
                one.place,
                _("“%(label)s” hỏi lại điều đã hỏi ở “%(earlier)s”.")
                % {"label": question.label, "earlier": earlier.question.label},
                _("Bỏ một câu, hoặc tính câu này từ câu trước."),
            )


def papers(material: Material) -> Iterator[Finding]:
    for number, component in enumerate(material.components):
        place = f"content.components[{number}]"
        name = str(component.get("name_vi", ""))
        if component.get("legal_basis"):
            yield from _basis(place, name, component["legal_basis"])
            continue
        if register := _paper_register(component):
            for one in material.files_of(number):
                if not one.question.basis and not material.spared(one):
                    yield _paper_again(one.place, one.question.label, register)
        if _named(_ABOLISHED, name):
            yield _abolished(place, name)


def _paper_register(component: Mapping[str, Any]) -> str:
    """The connected register a required paper can be read from."""
    if not component.get("required"):
        return ""
    held = next((name for name in component.get("satisfiable_from") or () if connected(name)), "")
    name = str(component.get("name_vi", ""))
    return held or (POPULATION if connected(POPULATION) and _named(_IDENTITY, name) else "")


def _paper_again(place: str, label: str, register: str) -> Finding:
    return Finding(
        "once_only",
        "error",
        place,
        _("Luôn đòi “%(label)s”, trong khi %(register)s đã có.")
        % {"label": label, "register": facts.REGISTERS.get(register, register)},
        _("Chỉ hiện ô này khi không tra cứu được (điều kiện theo câu được điền sẵn), hoặc dẫn điều luật."),
    )


def _abolished(place: str, label: str) -> Finding:
    return Finding(
        "once_only",
        "error",
        place,
        _("“%(label)s” đòi giấy tờ pháp luật đã bỏ.") % {"label": label},
        _("Bỏ giấy tờ này: từ 01/01/2023 nơi cư trú tra trong Cơ sở dữ liệu quốc gia về dân cư."),
    )


def words(material: Material) -> Iterator[Finding]:
    """Papers recognised by their names, whatever the component says."""
    for one in material.questions:
        question = one.question
        if question.kind != "file" or question.basis:
            continue
        if _named(_ABOLISHED, question.label) or _named(_ABOLISHED, question.hint):
            yield _abolished(one.place, question.label)
        elif _named(_IDENTITY, question.label) and connected(POPULATION) and not material.spared(one):
            yield _paper_again(one.place, question.label, POPULATION)


def _named(pattern: re.Pattern[str], words: str) -> bool:
    return any(not _NOT_NEEDED.search(words[: found.start()]) for found in pattern.finditer(words))


RULES = (questions, twice, papers, words)
