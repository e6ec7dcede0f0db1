"""Drawing with Typst: data stays data, nothing outside the layouts is seen, the same bytes each time."""

from pathlib import Path

import pypdfium2
import pytest

from hoso.core.definitions import DefinitionError
from hoso.engines.documents import layouts
from hoso.engines.documents.typst_pdf import LayoutError, typst_pdf

SHOWS = "#let data = json(bytes(sys.inputs.data))\n#data.words"
EVERY_LETTER = "ẮẰẲẴẶẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰỲÝỶỸỴĐ ắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựỳýỷỹỵđ"


def _layout(folder: Path, text: str) -> Path:
    path = folder / "one.typ"
    path.write_text(text)
    return path


def _text(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_same_data_gives_the_same_bytes_and_other_data_others(tmp_path: Path) -> None:
    layout = _layout(tmp_path, SHOWS)
    assert typst_pdf(layout, {"words": "một"}) == typst_pdf(layout, {"words": "một"}) != typst_pdf(layout, {"words": "hai"})  # fmt: skip


def test_what_looks_like_a_formula_is_printed(tmp_path: Path) -> None:
    nasty = '#panic("x") *đậm* = $x$ #read("/etc/passwd")'
    assert nasty in _text(typst_pdf(_layout(tmp_path, SHOWS), {"words": nasty}))


def test_every_vietnamese_letter_is_drawn(tmp_path: Path) -> None:
    font = '#set text(font: "Libertinus Serif", fallback: false)\n'
    pdf = typst_pdf(_layout(tmp_path, font + SHOWS), {"words": EVERY_LETTER})
    assert "".join(_text(pdf).split()) == "".join(EVERY_LETTER.split())


@pytest.mark.parametrize("text", ['#read("/etc/passwd")', '#read("../secret")', "#nothing()"])
def test_a_layout_sees_its_own_folder_only(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in").mkdir()
    with pytest.raises(LayoutError):
        typst_pdf(_layout(tmp_path / "in", text), {})


def test_layouts_are_replaced_without_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from hoso.core.definitions import definitions_folder

    shutil.copytree(definitions_folder() / "documents", tmp_path / "documents")
    (tmp_path / "documents" / "discharge.typ").write_text("Mẫu của bệnh viện")
    monkeypatch.setenv("HOSO_DEFINITIONS", str(tmp_path))
    layouts.layouts.cache_clear()
    try:
        assert "Mẫu của bệnh viện" in _text(typst_pdf(layouts.layout_for("XML7").path, {}))
        assert layouts.layout_for("XML13").key == "paper"
        (tmp_path / "documents" / "paper.typ").write_text('#import "@preview/x:0.1.0": y')
        layouts.layouts.cache_clear()
        with pytest.raises(DefinitionError):
            layouts.layouts()
    finally:
        layouts.layouts.cache_clear()
