"""What a rule says, in both languages, with its source and how well that is known: the why of a finding."""

from dataclasses import dataclass

from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.rules.book import load_rules

_STRUCTURE = {
    "structure.required": ("Trường bắt buộc", "A required field", "required"),
    "structure.size": ("Độ dài tối đa của trường", "The size of a field", "size"),
    "structure.number": ("Trường kiểu số", "A field that holds a number", "size"),
    "structure.date": ("Trường kiểu ngày", "A field that holds a date", "size"),
    "structure.code": ("Danh mục mã của trường", "The list of codes of a field", "codes"),
    "structure.tag": ("Các thẻ của bảng", "The tags of a table", ""),
    "structure.ma_lk": ("Mọi bảng của một hồ sơ cùng MA_LK", "All tables of a visit share MA_LK", ""),
}


@dataclass(frozen=True)
class Explanation:
    """Empty texts where the finding follows no rule of the book, or one that the book no longer has."""

    vi: str = ""
    en: str = ""
    legal_source: str = ""
    evidence: str = ""
    what_to_do_vi: str = ""
    what_to_do_en: str = ""


def explain(rule_id: str, version: str | None, table: int, field: str) -> Explanation:
    """The rule of a finding as it stands now, under the decision the visit follows."""
    if rule_id in _STRUCTURE:
        return _structure(rule_id, version or "", table, field)
    rule = load_rules().get(rule_id)
    if rule is None:
        return Explanation()
    return Explanation(
        rule.says["vi"], rule.says["en"], rule.legal_source, rule.decisions.get(version or "", ""),
        rule.what_to_do["vi"], rule.what_to_do["en"],
    )  # fmt: skip


def _structure(rule_id: str, version: str, table: int, field: str) -> Explanation:
    vi, en, which = _STRUCTURE[rule_id]
    decision = load_decisions().get(version)
    found = decision.tables[table].field_by_name.get(field) if decision and table in decision.tables else None
    evidence = ""
    if found is not None:
        evidence = {
            "required": found.required_evidence,
            "size": found.size_evidence,
            "codes": found.codes_evidence,
        }.get(which, "")
        vi, en = f"{vi}: {field} ({found.meaning_vi})", f"{en}: {field} ({found.meaning_en})"
    return Explanation(vi, en, decision.legal_source if decision else "", evidence)
