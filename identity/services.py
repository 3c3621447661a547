"""The verbs of identity: sign a citizen in, take an officer on, let an officer go."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity import registers
from identity.errors import Conflict, Forbidden, Refused
from identity.folding import fold
from identity.models import Agency, Citizen, Mandate, Officer, Organisation, User
from identity.numbers import NumberError, check_citizen_number, check_tax_code
from identity.oidc import Claims

REGISTRY = "business_registry"
POPULATION = "national_population_db"
REPRESENTATIVE = "legal_representative"


def sign_in_citizen(*, claims: Claims, at: dt.datetime) -> Citizen:
    """The citizen of these claims, created or brought up to date, with the organisations they represent.

    The personal number names the person for life (Nghị định 137/2015/NĐ-CP, Điều 13); `sub` may change with
    the provider, so it follows the number.
    """
    try:
        check_citizen_number(claims.number, today=timezone.localdate(at))
    except NumberError as error:
        raise Refused(_("Số định danh trong giấy xác nhận không đúng: %(why)s.") % {"why": error}) from error
    try:
        with transaction.atomic():
            citizen = _write_citizen(claims)
    except IntegrityError as error:
        raise Conflict(_("Bạn vừa đăng nhập ở một nơi khác. Hãy thử lại.")) from error
    _refresh_mandates(citizen, claims.tax_codes, at)
    return citizen


def _write_citizen(claims: Claims) -> Citizen:
    citizen = Citizen.objects.select_related("user").select_for_update().filter(number=claims.number).first()
    if citizen is None:
        user = User(username=claims.sub)
        user.set_unusable_password()
        citizen = Citizen(user=user, number=claims.number)
    elif not citizen.user.is_active:
        raise Forbidden(_("Tài khoản của bạn ở cổng đang bị khóa. Hãy gọi số hỗ trợ."))
    user = citizen.user
    user.username, user.full_name = claims.sub, claims.name
    user.save()
    citizen.user = user
    citizen.name, citizen.date_of_birth = claims.name, claims.date_of_birth
    citizen.sex, citizen.assurance_level = claims.sex, claims.level
    citizen.save()
    return citizen


def enter_citizen(
    *, number: str, name: str, date_of_birth: dt.date | None, sex: str, at: dt.datetime
) -> Citizen:
    """The person an office acts for, known by the personal number or entered now; signing in later finds the same.

    Raises Refused for a number that cannot exist, or one that the portal knows under another name.
    """
    try:
        check_citizen_number(number, today=timezone.localdate(at))
    except NumberError as error:
        raise Refused(_("Số định danh cá nhân: %(why)s.") % {"why": error}) from error
    citizen = Citizen.objects.select_related("user").filter(number=number).first()
    if citizen is None:
        born = date_of_birth.isoformat() if date_of_birth else None
        citizen = _new_citizen(number, name, {"date_of_birth": born, "sex": sex})
    if fold(citizen.name) != fold(name):
        raise Refused(_("Số định danh cá nhân này trên cổng thuộc người có tên khác. Hãy xem lại số và tên."))
    return citizen


def _refresh_mandates(citizen: Citizen, tax_codes: Sequence[str], at: dt.datetime) -> None:
    """What the business registry says today; while it does not answer, mandates stay as they are."""
    known = citizen.mandates.filter(source=REGISTRY, revoked_at=None).values_list(
        "organisation__tax_code", flat=True
    )
    for tax_code in sorted({*tax_codes, *known}):
        try:
            record = registers.fetch(REGISTRY, tax_code)
        except registers.RegisterUnavailable:
            continue
        represents = (
            record is not None
            and record["status"] == "active"
            and record["legal_rep_number"] == citizen.number
        )
        with transaction.atomic():
            if represents and record is not None:
                _grant(citizen, tax_code, str(record["name"]), at)
            else:
                citizen.mandates.filter(
                    source=REGISTRY, organisation__tax_code=tax_code, revoked_at=None
                ).update(revoked_at=at)


def _grant(citizen: Citizen, tax_code: str, name: str, at: dt.datetime) -> None:
    organisation, _created = Organisation.objects.update_or_create(tax_code=tax_code, defaults={"name": name})
    Mandate.objects.get_or_create(
        citizen=citizen,
        organisation=organisation,
        scope=REPRESENTATIVE,
        revoked_at=None,
        defaults={"source": REGISTRY, "valid_from": timezone.localdate(at)},
    )


def present_citizen(*, number: str, name: str, at: dt.datetime) -> tuple[Citizen, bool]:
    """The citizen whose card an officer holds, without an eID session; and whether the population register said so.

    The number and the name on the card must be of one person: the register's, or while it is silent those of an
    account the portal knows. Nothing the register knows is told to who asks with a name that does not fit.
    Raises Refused (``code`` "not_this_person" when they do not fit) and Forbidden (account locked).
    """
    try:
        check_citizen_number(number, today=timezone.localdate(at))
    except NumberError as error:
        raise Refused(_("Số định danh không đúng: %(why)s.") % {"why": error}) from error
    if not fold(name):
        raise Refused(_("Hãy ghi họ, chữ đệm và tên như trên thẻ."))
    known = Citizen.objects.select_related("user").filter(number=number).first()
    record, answered = _population_record(number)
    official = str(record.get("full_name", "")) if record else known.name if known and not answered else ""
    if fold(official) != fold(name) and (answered or known is not None):
        raise NotThisPerson(
            _("Số định danh và họ tên không phải của cùng một người. Hãy xem lại từng số và tên trên thẻ.")
        )
    if known is not None:
        if not known.user.is_active:
            raise Forbidden(_("Tài khoản của người này ở cổng đang bị khóa."))
        return known, answered
    return _new_citizen(number, official or " ".join(name.split()), record or {}), answered


class NotThisPerson(Refused):
    """Number and name do not belong together; which of them is wrong is not said."""

    code = "not_this_person"


def _population_record(number: str) -> tuple[registers.Record | None, bool]:
    try:
        return registers.fetch(POPULATION, number), True
    except registers.RegisterUnavailable:
        return None, False


def _new_citizen(number: str, name: str, record: registers.Record) -> Citizen:
    """An account nobody can sign in to until its owner comes with the eID, which brings the rest."""
    born = record.get("date_of_birth")
    try:
        with transaction.atomic():
            user = User(username=f"counter-{secrets.token_hex(12)}", full_name=name)
            user.set_unusable_password()
            user.save()
            return Citizen.objects.create(
                user=user,
                number=number,
                name=name,
                date_of_birth=dt.date.fromisoformat(born) if born else None,
                sex=record.get("sex", ""),
            )
    except IntegrityError:  # two counters at once
        return Citizen.objects.select_related("user").get(number=number)


def represented(*, citizen: Citizen, tax_code: str, at: dt.datetime) -> Organisation:
    """The organisation of this tax code, when the business registry says that the citizen represents it."""
    try:
        check_tax_code(tax_code, today=timezone.localdate(at))
    except NumberError as error:
        raise Refused(_("Mã số thuế không đúng: %(why)s.") % {"why": error}) from error
    _refresh_mandates(citizen, [tax_code], at)
    in_force = Mandate.objects.in_force(timezone.localdate(at)).filter(citizen=citizen)
    mandate = in_force.select_related("organisation").filter(organisation__tax_code=tax_code).first()
    if mandate is None:
        raise Refused(_("Đăng ký kinh doanh không ghi người này đại diện cho doanh nghiệp có mã số thuế đó."))
    return mandate.organisation


def create_officer(
    *,
    username: str,
    full_name: str,
    password: str,
    agency: Agency,
    title: str,
    roles: Sequence[str],
    totp_key: str,
) -> Officer:
    """An agency account with its second factor; ``totp_key`` is hexadecimal (RFC 6238)."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            user = User.objects.create(
                username=username, full_name=full_name, password=make_password(password)
            )
            TOTPDevice.objects.create(user=user, name="totp", key=totp_key, confirmed=True)
            return Officer.objects.create(user=user, agency=agency, title=title, roles=list(roles))
    except IntegrityError as error:
        raise Conflict(
            _("Tài khoản %(name)s đã có, hoặc vai trò không hợp lệ.") % {"name": username}
        ) from error


def revoke_officer(*, officer: Officer) -> Officer:
    """Effective at the officer's next request: every page asks again."""
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    return officer
