"""What the boxes of an editing card hold: from a stored part of the form, or as it was typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from procedures import dictionary, facts
from procedures.editor import kinds, rulebox
from procedures.editor.reading import LABELS, MOST_SOURCES, choice_lines

Values = Mapping[str, str]
EID = "eid"
RULES = ("show_if", "derive", "required_rule", "fact_only_rule")
RULE_LABELS = {
    "show_if": LABELS["show_if"],
    "derive": LABELS["derive"],
    "required_rule": LABELS["required"],
    "fact_only_rule": LABELS["fact_only"],
}


def question_values(question: Mapping[str, Any]) -> dict[str, str]:
    """A stored question as text for the boxes."""
    values = {name: _text(value) for name, value in question.items() if not isinstance(value, list | dict)}
    for name in ("required", "fact_only"):
        kept = question.get(name, False)
        values[name] = "rule" if isinstance(kept, str) else "yes" if kept else "no"
        values[f"{name}_rule"] = kept if isinstance(kept, str) else ""
    values["choices"] = choice_lines(question.get("choices", []))
    return values | _source_values(question)


def page_values(page: Mapping[str, Any]) -> dict[str, str]:
    group = page.get("group") or {}
    values = {name: _text(page.get(name, "")) for name in ("title", "title_en", "show_if")}
    values |= {
        f"group_{name}": _text(group.get(name, "")) for name in ("id", "label", "label_en", "min", "max")
    }
    return values | {"repeats": "1" if group else ""} | _source_values(group)


def _source_values(holder: Mapping[str, Any]) -> dict[str, str]:
    kept = holder.get("prefill", [])
    sources = kept if isinstance(kept, list) else [kept]
    return {
        f"prefill-{number}-{part}": source.get(part, "")
        for number, source in enumerate(sources)
        for part in ("register", "path", "role")
    }


def source_rows(values: Values) -> list[dict[str, str]]:
    """The sources written so far and one empty line, at most as many as the schema allows."""
    rows = [
        {part: values.get(f"prefill-{n}-{part}", "") for part in ("register", "path", "role")}
        for n in range(MOST_SOURCES)
    ]
    filled = max((n + 1 for n, row in enumerate(rows) if any(row.values())), default=0)
    return rows[: filled + 1]


def registers() -> list[tuple[str, str]]:
    return [(EID, _("Định danh điện tử (đăng nhập)"))] + [
        (key, str(name)) for key, name in facts.REGISTERS.items()
    ]


def roles_of(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The people whose number the form can find."""
    found = {"requester": _("Người yêu cầu"), "organisation": _("Tổ chức, doanh nghiệp")}
    known = dictionary.roles()
    found |= {role: known[role].text if role in known else role for role in form.get("roles", {})}
    return list(found.items())


def everybody(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every role a datum may be about: those of the form, then those of the dictionary."""
    return list((dict(roles_of(form)) | {one.id: one.text for one in dictionary.roles().values()}).items())


def rule_help(known: Sequence[rulebox.Known], targets: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """What helps to write a rule into one of the boxes ``targets``: the answers it may read, and patterns."""
    return {
        "known": known,
        "options": [option for one in known for option in one.options],
        "targets": targets,
        "patterns": rulebox.PATTERNS.items(),
        "joints": rulebox.JOINTS.items(),
    }


def composed(
    values: Values, known: Sequence[rulebox.Known], targets: Sequence[tuple[str, Any]]
) -> dict[str, str]:
    """The typed values with the chosen pattern written into its box."""
    target = values.get("compose_into", "")
    added = rulebox.compose(
        known,
        answer=values.get("compose_answer", ""),
        pattern=values.get("compose_pattern", ""),
        value=values.get("compose_value", ""),
    )
    if not added or target not in dict(targets):
        return dict(values)
    switch = target.removesuffix("_rule")
    return {
        **values,
        target: rulebox.joined(values.get(target, ""), values.get("compose_joint", "replace"), added),
        **({switch: "rule"} if switch != target else {}),
    }


def question_card(
    form: Mapping[str, Any], content: Mapping[str, Any], values: Values, kind: str
) -> dict[str, Any]:
    """Context of the card that edits a question of ``kind``."""
    return {
        "values": values,
        "kind": kind,
        "kinds": [(name, str(label)) for name, label in kinds.NAMES.items()],
        "fits": {name: kinds.fits(name, kind) for name in kinds.FITS},
        "is_day": kind in kinds.DAYS,
        "sources": source_rows(values),
        "registers": registers(),
        "roles": roles_of(form),
        "everybody": everybody(form),
        "elements": sorted(
            ((one.id, one.text) for one in dictionary.elements().values()), key=lambda pair: pair[1]
        ),
        "components": [
            (str(n), component.get("name_vi", ""))
            for n, component in enumerate(content.get("components", []))
        ],
        "formats": [("cas", _("Mã CAS của hóa chất")), ("hs", _("Mã HS của hàng hóa"))],
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)
