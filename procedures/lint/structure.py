"""What the engine itself says of a definition: it must load, and refer to papers the catalogue record has."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures import bundles, processing
from procedures.lint.material import Finding, Material


def schema(material: Material) -> Iterator[Finding]:
    for fault in material.faults:
        yield Finding(
            "schema",
            "error",
            f"form.{fault.path}",
            _("Định nghĩa biểu mẫu có lỗi: %(reason)s.") % {"reason": fault.reason},
            _("Sửa chỗ này rồi kiểm tra lại; biểu mẫu chưa chạy được nên các quy tắc khác chưa xét."),
        )


def steps(material: Material) -> Iterator[Finding]:
    """Judged beside a form that loads; an edition without a form is not processed here and needs no steps."""
    if material.faults or (material.form is None and not material.edition.processing):
        return
    for fault in processing.faults(material.edition.processing, material.form):
        yield Finding(
            "schema",
            "error",
            f"processing.{fault.path}",
            _("Các bước xử lý có lỗi: %(reason)s.") % {"reason": fault.reason},
            _("Sửa bước, nơi chuyển hồ sơ hoặc mẫu kết quả ở chỗ này."),
        )


def record(material: Material) -> Iterator[Finding]:
    for name in material.misshapen:
        yield Finding(
            "schema",
            "error",
            f"content.{name}",
            _("Mục “%(name)s” của danh mục không đúng định dạng.") % {"name": name},
            _("Nhập lại mục này theo định dạng của danh mục thủ tục."),
        )


def papers(material: Material) -> Iterator[Finding]:
    for one in material.questions:
        component = one.question.component
        if component is not None and component >= len(material.components):
            yield Finding(
                "schema",
                "error",
                one.place,
                _("Ô tải tệp “%(label)s” gắn với thành phần hồ sơ số %(number)s, danh mục không có.")
                % {"label": one.question.label, "number": component},
                _("Chọn lại thành phần hồ sơ cho ô này, hoặc thêm thành phần vào danh mục."),
            )


def parts(material: Material) -> Iterator[Finding]:
    """A bundle must name the parts that the data of bundles file, and its form every answer that they take."""
    named = bundles.parts_of(material.edition.slug)
    if not named or material.form is None:
        return
    said = list(material.edition.content.get("bundle_of", []))
    if said != [part.procedure for part in named]:
        yield Finding(
            "schema",
            "error",
            "content.bundle_of",
            _("Các thủ tục liên thông khác với các phần mà cổng lập hồ sơ."),
            _("Ghi đúng các thủ tục, đúng thứ tự của procedures/data/bundles.json."),
        )
    for problem in bundles.faults(material.form, named):
        yield Finding(
            "schema",
            "error",
            "form.pages",
            _("Một hồ sơ thành phần lấy câu trả lời mà biểu mẫu không có: %(problem)s.")
            % {"problem": problem},
            _("Trả lại câu hỏi đó, hoặc sửa cách lấy câu trả lời trong procedures/data/bundles.json."),
        )


RULES = (schema, steps, record, papers, parts)
