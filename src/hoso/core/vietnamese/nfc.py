"""One Unicode form for Vietnamese text."""

import unicodedata


def to_nfc(text: str) -> str:
    """Give the text in NFC, where each Vietnamese letter with its tone is one character.

    Hospital software sends both forms (and mixes them); they look alike and are not equal until this is done.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)
