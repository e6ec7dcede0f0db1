"""The pages of the simulated VNeID: who one is, and whether one agrees. They say on every picture that they are not real."""

from html import escape

from hoso.gateways.vneid.people import PEOPLE, SimulatedPerson

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;background:#f4f1ee;margin:0}main{max-width:30rem;margin:2rem auto;background:#fff;"
    "padding:1.5rem;border-radius:.75rem;border-top:.5rem solid #a4161a}h1{font-size:1.4rem;margin:0 0 .5rem}"
    "p.note{background:#fff3cd;padding:.6rem .8rem;border-radius:.5rem}label{display:block;padding:.6rem;border:1px solid #ccc;"
    "border-radius:.5rem;margin:.4rem 0}small{color:#555}button{font:inherit;padding:.6rem 1rem;border-radius:.5rem;border:1px solid"
    " #a4161a;background:#a4161a;color:#fff;margin:.8rem .5rem 0 0}button.no{background:#fff;color:#a4161a}"
)


def consent_page(query: str) -> str:
    people = "".join(_choice(person, number == 0) for number, person in enumerate(PEOPLE))
    return _page(
        "VNeID (mô phỏng)",
        '<p class="note">Đây là VNeID mô phỏng để thử HoSo, không phải dịch vụ thật. Mọi người dưới đây đều không có thật.<br>'
        "This is a simulated VNeID to try HoSo with, not the real one. Nobody below is real.</p>"
        "<p>HoSo xin biết <strong>số định danh cá nhân</strong> và <strong>họ tên</strong> của bạn để đăng nhập.</p>"
        f'<form method="post" action="/authorize?{escape(query)}">{people}'
        '<button name="decision" value="allow">Đồng ý chia sẻ</button>'
        '<button class="no" name="decision" value="deny">Từ chối</button></form>',
    )


def refusal_page(what: str) -> str:
    return _page("VNeID (mô phỏng): yêu cầu không hợp lệ", f"<p>{escape(what)}</p>")


def _choice(person: SimulatedPerson, chosen: bool) -> str:
    return (
        f'<label><input type="radio" name="person" value="{person.subject}"{" checked" if chosen else ""}> '
        f"{escape(person.name)} <small>mức {person.level}</small></label>"
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><link rel=icon href=data:,><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
