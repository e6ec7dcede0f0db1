"""What allauth's forms refuse, in our own words: allauth has no Vietnamese texts."""

from django.forms import BaseForm

Words = tuple[str, str]

WORDS: dict[str, Words] = {
    "username_password_mismatch": ("Tên đăng nhập hoặc mật khẩu không đúng.", "Wrong user name or password."),
    "incorrect_password": ("Mật khẩu không đúng.", "Wrong password."),
    "enter_current_password": ("Mật khẩu hiện tại không đúng.", "The current password is wrong."),
    "incorrect_code": ("Mã không đúng hoặc đã hết hạn.", "Wrong or expired code."),
    "too_many_login_attempts": (
        "Đăng nhập sai nhiều lần. Hãy đợi 15 phút rồi thử lại.",
        "Too many failed attempts. Wait 15 minutes and try again.",
    ),
    "rate_limited": ("Thử quá nhiều lần. Hãy đợi rồi thử lại.", "Too many attempts. Wait and try again."),
    "required": ("Hãy điền đủ các ô.", "Please fill in every field."),
    "cannot_delete_authenticator": (
        "Tài khoản này bắt buộc có bước thứ hai: thêm cách khác trước khi bỏ cách này.",
        "This account must have a second step: add another one before you remove this.",
    ),
    "password_too_short": (
        "Mật khẩu quá ngắn: ít nhất 14 ký tự, hoặc 8 ký tự khi đã bật xác thực hai bước.",
        "Too short: at least 14 characters, or 8 when two-step sign-in is on.",
    ),
    "password_too_plain": (
        "Mật khẩu cần đủ chữ thường, chữ hoa, chữ số và ký tự khác.",
        "The password needs small letters, capitals, digits and other signs.",
    ),
    "password_used_before": (
        "Mật khẩu này đã dùng gần đây. Hãy chọn mật khẩu khác.",
        "This password was used lately. Choose another one.",
    ),
    "password_too_common": ("Mật khẩu này quá phổ biến.", "This password is too common."),
    "inactive": ("Tài khoản đã bị khóa.", "This account is locked."),
}

BY_TEXT: dict[str, Words] = {  # what allauth refuses without a code
    "You must type the same password each time.": (
        "Hai lần nhập mật khẩu không giống nhau.",
        "The two passwords are not the same.",
    ),
}


def error_words(form: BaseForm) -> list[Words]:
    """Each error once, in the order of the fields; an unknown one as its library words it."""
    found: dict[Words, None] = {}
    for errors in form.errors.as_data().values():
        for error in errors:
            text = " ".join(str(message) for message in error.messages)
            found[WORDS.get(error.code or "", BY_TEXT.get(text, (text, text)))] = None
    return list(found)
