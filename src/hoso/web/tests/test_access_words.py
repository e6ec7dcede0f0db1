from django.utils import translation

from hoso.web.templatetags.access_words import purpose_word, role_word


def test_roles_and_purposes_are_named_in_the_language_of_the_page() -> None:
    with translation.override("vi"):
        assert role_word("station_nurse, doctor") == "Nhân viên trạm y tế, Bác sĩ"
        assert purpose_word("treatment") != "treatment"
    with translation.override("en"):
        assert role_word("doctor") == "Doctor"


def test_what_no_definition_knows_stands_as_it_is() -> None:
    assert (role_word("local_role"), role_word(""), purpose_word("unknown")) == ("local_role", "", "unknown")
