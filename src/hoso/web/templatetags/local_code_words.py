"""The words of the mapping desk in both languages."""

from django import template

from hoso.engines.intake.local_codes.kinds import Kind
from hoso.web.templatetags.bilingual import spoken, word

register = template.Library()

STATE = {
    "open": ("Chưa ánh xạ", "Not mapped"),
    "proposed": ("Chờ duyệt", "Waiting for approval"),
    "mapped": ("Đã ánh xạ", "Mapped"),
}
EQUIVALENCE = {
    "equivalent": ("cùng một thứ", "the same"),
    "wider": ("mã danh mục rộng hơn", "the catalogue's code is wider"),
    "narrower": ("mã danh mục hẹp hơn", "the catalogue's code is narrower"),
    "relatedto": ("có liên quan", "related"),
    "unmatched": ("thôi ánh xạ", "mapped no more"),
}
EVIDENCE = {
    "name": ("Tên", "Name"),
    "code": ("Mã, bỏ dấu chấm", "Code without signs"),
    "code_family": ("Phần đầu của mã", "First parts of the code"),
    "unit": ("Đơn vị", "Unit"),
}


@register.filter
def mapping_state(key: str) -> str:
    return word(STATE, key)


@register.filter
def equivalence_word(key: str) -> str:
    return word(EQUIVALENCE, key)


@register.filter
def evidence_word(key: str, kind: Kind) -> str:
    compared = {one.what: (one.title_vi, one.title_en) for one in kind.compared}
    return word(EVIDENCE | compared, key)


@register.filter
def kind_word(kind: Kind) -> str:
    return spoken((kind.title_vi, kind.title_en))


@register.filter
def per_cent(share: float) -> str:
    """A share from 0 to 1; what is not whole is never told as 100 %."""
    whole = int(share * 100 + 1e-9) if share < 1 else 100
    return f"{whole} %"
