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
    "inactive": ("Tài khoản đã bị khóa.", "This account is locked."),
}


def error_words(form: BaseForm) -> list[Words]:
    """Each error once, in the order of the fields; an unknown one as its library words it."""
    found: dict[Words, None] = {}
    for errors in form.errors.as_data().values():
        for error in errors:
            text = " ".join(str(message) for message in error.messages)
            found[WORDS.get(error.code or "", (text, text))] = None
    return list(found)
