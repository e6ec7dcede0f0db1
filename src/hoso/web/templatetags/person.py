"""How a person is named on a page: age, birth date, sex, numbers."""

from django import template
from django.urls import reverse
from django.utils import timezone

from hoso.engines.people.models import BirthDate, Identifier, Sex
from hoso.web import ages
from hoso.web.templatetags.bilingual import spoken

register = template.Library()
# The same pages for those to whom a record was opened for study or by the letter of an authority (staff/opened.py).
PREFIXES = {"training": "study_", "legal_request": "official_"}


@register.simple_tag(takes_context=True)
def record_url(context: template.Context, name: str, *args: object) -> str:
    """The address of a page of the record, for the purpose that the page on screen serves."""
    declared = getattr(context["request"], "declaration", None)
    return reverse(PREFIXES.get(declared.purpose if declared else "", "") + name, args=args)


SEX = {
    Sex.MALE: ("Nam", "Male"),
    Sex.FEMALE: ("Nữ", "Female"),
    Sex.NOT_DETERMINED: ("Chưa xác định", "Not determined"),
}
IDENTIFIER = {
    "personal_number": ("Số định danh", "Personal number"),
    "insurance_number": ("Mã số BHXH", "Social insurance number"),
    "card": ("Thẻ BHYT", "Insurance card"),
    "hoso_number": ("Số HoSo", "HoSo number"),
    "facility_number": ("Mã người bệnh", "Facility's patient number"),
    "passport": ("Hộ chiếu", "Passport"),
    "phone": ("Điện thoại", "Phone"),
}
DIFFERENCE = {
    "name": ("Họ tên", "Name"),
    "sex": ("Giới tính", "Sex"),
    "birth_date": ("Ngày sinh", "Birth date"),
    "birth_year": ("Năm sinh", "Birth year"),
    "birth": ("Ngày sinh", "Birth date"),
    "household": ("Hộ", "Household"),
    "insurance_number": ("Mã số BHXH", "Social insurance number"),
    "personal_number": ("Số định danh", "Personal number"),
    "address": ("Địa chỉ", "Address"),
    "phone": ("Điện thoại", "Phone"),
    "nationality": ("Quốc tịch", "Nationality"),
}


AGREEMENT = {
    "equal": ("Trùng khớp", "Equal"),
    "swapped": ("Trùng khớp, đổi thứ tự", "Equal in another order"),
    "close": ("Gần giống", "Close"),
    "part": ("Khớp phần biết được", "Equal as far as known"),
    "different": ("Khác", "Different"),
    "unknown": ("Không rõ", "Not known"),
}


@register.filter
def agreement(level: str) -> str:
    return spoken(AGREEMENT.get(level, (level, level)))


@register.filter
def weight(bits: float) -> str:
    """What a piece of evidence is worth, with its sign: what speaks for one human and what against."""
    return f"{bits:+.1f}".replace(".", ",")


@register.filter
def age(birth: BirthDate) -> str:
    return spoken(ages.age(birth, timezone.now()))


@register.filter
def born(birth: BirthDate) -> str:
    return spoken(ages.born(birth))


@register.filter
def sex(value: Sex) -> str:
    return spoken(SEX[Sex(value)])


@register.filter
def identifier_name(kind: str) -> str:
    return spoken(IDENTIFIER.get(kind, (kind, kind)))


@register.filter
def difference_name(field: str) -> str:
    return spoken(DIFFERENCE.get(field, (field, field)))


@register.filter
def difference_value(value: str, field: str) -> str:
    """One side of a difference in words; the sex comes as its code."""
    if field == "sex" and value in ("1", "2", "3"):
        return sex(Sex(int(value)))
    return value or "–"


@register.filter
def grouped(identifier: Identifier) -> str:
    """A long number in groups that the eye can compare: 079 085 012 345, GD 4 80 8021234567."""
    value = identifier.value
    if identifier.kind == "card" and len(value) == 15:
        return f"{value[:2]} {value[2]} {value[3:5]} {value[5:]}"
    if identifier.kind in ("personal_number", "phone") and value.isdigit():
        return " ".join(_groups(value))
    return value


def _groups(digits: str) -> list[str]:
    """Groups of three; a group left over stands first with four (0901 234 567)."""
    first = len(digits) % 3
    start = first + 3 if first else 0
    head = [digits[:start]] if start else []
    return head + [digits[at : at + 3] for at in range(start, len(digits), 3)]
