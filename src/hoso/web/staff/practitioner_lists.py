"""Lists of practitioners: the pages of a list (given_lists.py) in the words of the register."""

from hoso.engines.intake.practitioners.jobs import take
from hoso.engines.intake.practitioners.kind import PRACTITIONERS
from hoso.engines.intake.practitioners.sheet import template
from hoso.web.staff.given_lists import ListPages

PAGES = ListPages(
    PRACTITIONERS, take, template, "practitioner", "danh-sach-nguoi-hanh-nghe", "Danh sách người hành nghề",
    "Lists of practitioners",
    "Mỗi dòng là một người, một giấy phép và một nơi hành nghề; ai làm ở hai nơi thì có hai dòng. Nhập lại thì cập nhật, không tạo"
    " trùng; ô để trống giữ nguyên điều đã biết; dòng sai được nêu rõ và không cản dòng khác.",
    "A row is one practitioner, one licence and one place; who works at two places has two rows. Given again it updates and"
    " doubles nobody; an empty cell leaves what is known; a wrong row is named and stops no other.",
)  # fmt: skip
