"""GTINs: the numbers of GS1 that tell one kind of package (GS1 General Specifications, 3.3 and 7.9)."""

LENGTHS = (8, 12, 13, 14)


class NotAGtin(ValueError):
    """The text is no GTIN that can be a national key; `error` is the code that says why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def gtin14(text: str) -> str:
    """The GTIN in fourteen digits, as it is stored. Raises NotAGtin: HS6200 for another length or no digits, HS6201 for a
    wrong check digit, HS6202 for a number of restricted circulation (a shop's own, GS1 prefixes 02 and 20-29)."""
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in LENGTHS or not (digits.isascii() and digits.isdigit()):
        raise NotAGtin("HS6200")
    number = digits.zfill(14)
    if check_digit(number[:13]) != number[13]:
        raise NotAGtin("HS6201")
    if number[1] == "2" or number[1:3] == "02":
        raise NotAGtin("HS6202")
    return number


def check_digit(thirteen: str) -> str:
    """The last digit that belongs to the first thirteen: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(thirteen))
    return str(-total % 10)
