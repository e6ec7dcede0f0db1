"""A formula said in words, in Vietnamese and English."""

from collections.abc import Callable

from hoso.engines.statistics.expressions.tree import Binary, Call, Item, Literal, Node, Unary

Words = tuple[str, str]
NameOf = Callable[[Item], Words]

OPERATORS: dict[str, Words] = {
    "-": ("trừ", "minus"), "*": ("nhân", "times"), "/": ("chia cho", "divided by"), "%": ("chia lấy dư cho", "modulo"),
    "^": ("luỹ thừa", "to the power of"), "==": ("bằng", "equals"), "!=": ("khác", "differs from"),
    "<": ("nhỏ hơn", "is less than"), ">": ("lớn hơn", "is more than"), "<=": ("không quá", "is at most"),
    ">=": ("ít nhất là", "is at least"), "and": ("và", "and"), "or": ("hoặc", "or"),
}  # fmt: skip
SIGNS: dict[str, Words] = {
    "-": ("số đối của {0}", "the negative of {0}"),
    "+": ("{0}", "{0}"),
    "not": ("không phải {0}", "not {0}"),
}
# `{0}`, `{1}` … are the arguments, `{all}` all of them listed.
CALLS: dict[str, Words] = {
    "if": ("nếu {0} thì {1}, nếu không thì {2}", "if {0} then {1}, otherwise {2}"),
    "isNull": ("{0} còn trống", "{0} is blank"),
    "isNotNull": ("{0} đã có số", "{0} is there"),
    "firstNonNull": ("số đầu tiên không trống trong {all}", "the first that is not blank of {all}"),
    "greatest": ("số lớn nhất trong {all}", "the greatest of {all}"),
    "least": ("số nhỏ nhất trong {all}", "the least of {all}"),
    "removeZeros": ("{0}, coi số 0 là trống", "{0}, zero taken as blank"),
    "log10": ("lôgarit thập phân của {0}", "the decimal logarithm of {0}"),
    "d2:floor": ("{0} làm tròn xuống", "{0} rounded down"),
    "d2:ceil": ("{0} làm tròn lên", "{0} rounded up"),
    "d2:zing": ("{0}, số âm coi là 0", "{0}, negative ones taken as 0"),
    "d2:oizp": ("1 nếu {0} từ 0 trở lên, ngược lại là 0", "1 where {0} is zero or more, otherwise 0"),
    "d2:zpvc": ("có bao nhiêu số từ 0 trở lên trong {all}", "how many of {all} are zero or more"),
    "avg": ("trung bình của {0} qua các kỳ", "the average of {0} over the periods"),
    "sum": ("tổng của {0} qua các kỳ", "the sum of {0} over the periods"),
    "min": ("nhỏ nhất của {0} qua các kỳ", "the least of {0} over the periods"),
    "max": ("lớn nhất của {0} qua các kỳ", "the greatest of {0} over the periods"),
    "median": ("trung vị của {0} qua các kỳ", "the median of {0} over the periods"),
}
LITERALS: dict[object, Words] = {True: ("đúng", "true"), False: ("sai", "false"), None: ("trống", "blank")}


def in_words(node: Node, name_of: NameOf) -> Words:
    """The whole formula. `name_of` says what a figure that it asks for is called."""
    match node:
        case Literal():
            return _literal(node.value)
        case Item():
            return _modified(node, name_of(node))
        case Unary():
            return _filled(SIGNS[node.operator], [_within(node.operand, name_of)])
        case Binary("+"):
            parts = [_within(one, name_of) for one in _added(node)]
            return _both("tổng của {}", "the sum of {}", _listed(parts))
        case Binary():
            left, right = _within(node.left, name_of), _within(node.right, name_of)
            return _joined(left, OPERATORS[node.operator], right)
        case Call():
            return _call(node, name_of)


def quotient_in_words(numerator: Node, denominator: Node, factor: int, name_of: NameOf) -> Words:
    """An indicator: one formula over another, times a factor; what is divided by 1 is said by itself."""
    above, below = in_words(numerator, name_of), in_words(denominator, name_of)
    said = (
        above
        if denominator == Literal(1.0)
        else _joined(_bracketed(above), ("chia cho", "divided by"), _bracketed(below))
    )
    if factor == 1:
        return said
    said = _bracketed(said) if denominator == Literal(1.0) else said
    return f"{said[0]} × {factor:,}".replace(",", "."), f"{said[1]} × {factor:,}"


def _literal(value: object) -> Words:
    if isinstance(value, str):
        return f"“{value}”", f"“{value}”"
    if isinstance(value, bool) or value is None:
        return LITERALS[value]
    text = f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text.translate(str.maketrans(",.", ".,")), text


def _modified(item: Item, name: Words) -> Words:
    """A figure of other periods, or added up otherwise."""
    vi, en = name
    for modifier, arguments in item.modifiers:
        first = arguments[0] if arguments else ""
        if modifier == "periodOffset":
            number = first.lstrip("+-")
            earlier = first.startswith("-")
            vi = f"{vi} của {number} kỳ {'trước' if earlier else 'sau'}"
            en = f"{en} of {number} {'periods before' if earlier else 'periods after'}"
        elif modifier == "yearToDate":
            vi, en = f"{vi} cộng từ đầu năm", f"{en} from the year's first day"
        elif modifier == "aggregationType":
            vi, en = f"{vi} (gộp theo {first})", f"{en} (added up as {first})"
        else:
            vi, en = f"{vi} .{modifier}({', '.join(arguments)})", f"{en} .{modifier}({', '.join(arguments)})"
    return vi, en


def _added(node: Node) -> list[Node]:
    return [*_added(node.left), *_added(node.right)] if isinstance(node, Binary) and node.operator == "+" else [node]


def _within(node: Node, name_of: NameOf) -> Words:
    said = in_words(node, name_of)
    whole = isinstance(node, Literal | Item) or (isinstance(node, Unary) and node.operator == "+")
    return said if whole else _bracketed(said)


def _call(node: Call, name_of: NameOf) -> Words:
    arguments = [in_words(one, name_of) for one in node.arguments]
    if node.name == "d2:round":
        said = _filled(("{0} làm tròn", "{0} rounded"), [_within(node.arguments[0], name_of)])
        return said if len(arguments) == 1 else _both("{} đến {} chữ số", "{} to {} digits", said, arguments[1])
    if node.name in CALLS:
        plain = [_within(one, name_of) for one in node.arguments] if node.name != "if" else arguments
        return _filled(CALLS[node.name], plain)
    listed = [", ".join(one[language] for one in arguments) for language in (0, 1)]
    return f"{node.name}({listed[0]})", f"{node.name}({listed[1]})"


def _filled(words: Words, arguments: list[Words]) -> Words:
    both = _listed(arguments)
    vi, en = (
        text.format(*(one[language] for one in arguments), all=both[language]) for language, text in enumerate(words)
    )
    return vi, en


def _listed(parts: list[Words]) -> Words:
    said = []
    for language, last in ((0, " và "), (1, " and ")):
        words = [one[language] for one in parts]
        said.append(", ".join(words[:-1]) + last + words[-1] if len(words) > 1 else "".join(words))
    return said[0], said[1]


def _joined(left: Words, between: Words, right: Words) -> Words:
    return f"{left[0]} {between[0]} {right[0]}", f"{left[1]} {between[1]} {right[1]}"


def _bracketed(words: Words) -> Words:
    return f"({words[0]})", f"({words[1]})"


def _both(vi: str, en: str, *parts: Words) -> Words:
    return vi.format(*(one[0] for one in parts)), en.format(*(one[1] for one in parts))
