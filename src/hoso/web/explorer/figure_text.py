"""A figure as text: exact for machines, rounded with the separators of the language for readers."""

from decimal import Decimal

from hoso.web.templatetags.figures import shown_figure


def exact(figure: Decimal) -> str:
    """All its digits, without an exponent and without zeros at the end."""
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


shown = shown_figure  # as it is read: two decimals at most, separators of the language
