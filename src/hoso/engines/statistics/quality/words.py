"""A broken rule in words, with its figures."""

from hoso.engines.statistics.quality.judging import Broken

# What must hold of the left side, before the right one is named.
MUST = {
    "equal": ("phải bằng", "must equal"),
    "not_equal": ("phải khác", "must differ from"),
    "greater": ("phải lớn hơn", "must be more than"),
    "greater_or_equal": ("không được ít hơn", "must not be less than"),
    "less": ("phải nhỏ hơn", "must be less than"),
    "less_or_equal": ("không được quá", "must not exceed"),
}
DECIMALS = 2


def said(broken: Broken) -> tuple[str, str]:
    """Both sides with what must hold between them, in Vietnamese and English."""
    left, right = broken.rule.left, broken.rule.right
    here, there = (left, broken.left), (right, broken.right)
    if broken.rule.operator == "compulsory_pair":
        (one, value), (other, _) = (here, there) if broken.left is not None else (there, here)
        return (
            f"“{one.title_vi}” có số ({figure(value, ',')}) mà “{other.title_vi}” để trống",
            f"“{one.title_en}” is reported ({figure(value)}) and “{other.title_en}” is blank",
        )
    if broken.rule.operator == "exclusive_pair":
        in_vi = " và ".join(f"“{side.title_vi}” ({figure(value, ',')})" for side, value in (here, there))
        in_en = " and ".join(f"“{side.title_en}” ({figure(value)})" for side, value in (here, there))
        return f"{in_vi} không được cùng có số", f"{in_en} must not both be reported"
    vi, en = MUST[broken.rule.operator]
    return (
        f"“{left.title_vi}” là {figure(broken.left, ',')}, {vi} “{right.title_vi}” là {figure(broken.right, ',')}",
        f"“{left.title_en}” is {figure(broken.left)}, {en} “{right.title_en}”, which is {figure(broken.right)}",
    )


def figure(value: float | None, point: str = ".") -> str:
    """At most two decimals, the rest is reckoned and not reported."""
    if value is None:
        return "–"
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return text.replace(".", point)
