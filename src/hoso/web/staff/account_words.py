"""Words of the account screens in both languages."""

Words = tuple[str, str]

KINDS: dict[str, Words] = {
    "clinical": ("Tác nghiệp", "Clinical"),
    "technical": ("Kỹ thuật", "Technical"),
    "administrator": ("Quản trị", "Administrator"),
    "service": ("Dịch vụ (máy)", "Service (machine)"),
    "organisation": ("Tổ chức", "Organisation"),
    "citizen": ("Người dân", "Citizen"),
    "outside": ("Hệ thống khác", "Another system"),
}
LOCK_REASONS: dict[str, Words] = {
    "disuse": ("không đăng nhập quá 45 ngày", "not used for more than 45 days"),
    "left": ("đã nghỉ việc", "has left"),
    "administrator": ("người quản trị khoá", "locked by an administrator"),
    "oversight": ("hai cán bộ giám sát khoá", "suspended by two monitoring officers"),
}
MAIL_KINDS: dict[str, Words] = {
    "invitation": ("Lời mời", "Invitation"),
    "break_glass": ("Mở khẩn cấp", "Break-glass"),
    "out_of_hours": ("Ngoài giờ làm việc", "Outside of hours"),
    "reports_due": ("Nhắc nộp báo cáo", "Reports due"),
    "figures": ("Số liệu đăng ký nhận", "Figures subscribed to"),
    "address": ("Mã xác nhận địa chỉ", "Code to confirm an address"),
}
MAIL_STATES: dict[str, Words] = {
    "waiting": ("chờ gửi", "waiting"),
    "trying": ("gửi chưa được, sẽ thử lại", "not sent yet, will be tried again"),
    "sent": ("đã gửi", "sent"),
    "gave_up": ("không gửi được", "could not be sent"),
}
MAIL_PROBLEMS: dict[str, Words] = {
    "not reached": ("không liên lạc được máy chủ thư", "the mail server was not reached"),
    "no TLS": ("kết nối với máy chủ thư không bảo mật được", "the connection to the mail server could not be secured"),
    "sign-in refused": ("máy chủ thư không nhận tài khoản gửi", "the mail server refused our sign-in"),
    "address refused": ("máy chủ thư không nhận địa chỉ này", "the mail server refused the address"),
    "replaced": ("đã có lời mời mới hơn", "a newer one took its place"),
    "refused": ("máy chủ thư từ chối", "the mail server refused it"),
}
WEEKDAYS: list[tuple[int, Words]] = [
    (0, ("T2", "Mon")),
    (1, ("T3", "Tue")),
    (2, ("T4", "Wed")),
    (3, ("T5", "Thu")),
    (4, ("T6", "Fri")),
    (5, ("T7", "Sat")),
    (6, ("CN", "Sun")),
]


def days_in_words(days: int) -> Words:
    """The weekdays of a bit mask: `T2 T3`."""
    chosen = [words for number, words in WEEKDAYS if days >> number & 1]
    return " ".join(vi for vi, _ in chosen), " ".join(en for _, en in chosen)


# Why the register of practitioners does not bear out the licence of an account (engines/intake/practitioners/queries.py).
LICENCE_DOUBTS: dict[str, Words] = {
    "unknown": ("Sổ người hành nghề không có số này.", "The register of practitioners does not have this number."),
    "other_name": ("Trong sổ người hành nghề, số này là của người có tên khác.", "In the register of practitioners the number is somebody else's by name."),
    "withdrawn": ("Theo sổ người hành nghề, giấy phép này đã bị thu hồi.", "By the register of practitioners this licence was withdrawn."),
    "suspended": ("Theo sổ người hành nghề, giấy phép này đang bị đình chỉ.", "By the register of practitioners this licence is suspended."),
    "expired": ("Theo sổ người hành nghề, giấy phép này đã hết hạn.", "By the register of practitioners this licence has expired."),
    "not_yet": ("Theo sổ người hành nghề, giấy phép này chưa đến ngày có hiệu lực.", "By the register of practitioners this licence is not in force yet."),
}  # fmt: skip
