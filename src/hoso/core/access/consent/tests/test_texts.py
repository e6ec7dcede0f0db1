"""What a person is told: in both languages, with everything the law names (Luật 91/2025 Đ9.2; NĐ 356/2025 Đ6.4)."""

from datetime import date

import pytest

from hoso.core.access.consent.texts import consent_texts, text_in_force, text_of
from hoso.core.access.purposes import asked_for

WORDS = {"facility": "BV Mẫu", "practitioner": "BS Mẫu", "encounter": "TD-1", "hours": "24"}

GOLDEN_VI = """\
Nhắc lịch và giáo dục sức khỏe
Dữ liệu về sức khỏe là dữ liệu cá nhân nhạy cảm.
Loại dữ liệu: Số điện thoại, ngày hẹn khám lại, lịch tiêm chủng. Tin nhắn không nêu chẩn đoán.
Mục đích: Nhắn tin nhắc lịch khám, tiêm chủng và gửi thông tin giáo dục sức khỏe.
Bên kiểm soát dữ liệu: BV Mẫu
Quyền của ông/bà: Ông/bà được rút lại sự đồng ý bất cứ lúc nào, yêu cầu xem, chỉnh sửa, hạn chế, xóa dữ liệu và khiếu nại. Việc rút lại không ảnh hưởng đến những gì đã làm trước đó.
Nếu không đồng ý, ông/bà vẫn được khám bệnh, chữa bệnh như bình thường.
Tôi đồng ý nhận tin nhắc lịch và giáo dục sức khỏe."""
GOLDEN_EN = """\
Reminders and health education
Data about health are sensitive personal data.
Kinds of data: Phone number, dates of return visits, vaccination dates. Messages name no diagnosis.
Purpose: Text messages that remind of visits and vaccinations, and health education.
Controller: BV Mẫu
Your rights: You may withdraw your consent at any time, ask to see, correct, restrict or delete data, and complain. Withdrawing does not affect what was done before.
If you do not agree, you are examined and treated as usual.
I agree to receive reminders and health education."""


@pytest.mark.parametrize(("language", "golden"), [("vi", GOLDEN_VI), ("en", GOLDEN_EN)])
def test_the_wording_to_the_letter(language: str, golden: str) -> None:
    assert text_in_force("reminders", language, date(2026, 11, 26)).wording(WORDS) == golden


@pytest.mark.parametrize("purpose", [purpose.key for purpose in asked_for()])
def test_every_purpose_of_consent_has_a_text_in_both_languages(purpose: str) -> None:
    for language, sensitive, refusal in (("vi", "nhạy cảm", "vẫn được khám"), ("en", "sensitive", "treated as usual")):
        text = text_in_force(purpose, language, date(2026, 11, 26))
        assert sensitive in text.parts["sensitive"] and refusal in text.parts["refusal"]
        assert "BV Mẫu" in text.wording(WORDS)


def test_no_text_is_for_a_purpose_without_consent() -> None:
    assert {text.purpose for text in consent_texts()} == {purpose.key for purpose in asked_for()}


def test_before_its_first_day_a_text_is_not_used() -> None:
    with pytest.raises(LookupError):
        text_in_force("reminders", "vi", date(2026, 6, 30))
    assert text_of("reminders", 99, "vi") is None
