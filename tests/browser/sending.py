"""Sending files at the intake desk, and what the page then says of each."""

import re
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type: 'text/xml'}));
  return files;
}"""
LONGEST_MS = 60_000


def choose(page: Page, file: Path) -> Locator:
    """Choose the file, which sends it; returns the line about it once its processing has ended."""
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Chọn tệp", exact=True).click()
    chooser.value.set_files(file)
    return _finished(page, file)


def drop(page: Page, file: Path) -> Locator:
    """Drag the file onto the form; returns the line about it once its processing has ended."""
    content = b64encode(file.read_bytes()).decode()
    files = page.evaluate_handle(DROP, [file.name, content])
    page.locator("form#upload").dispatch_event("drop", {"dataTransfer": files})
    return _finished(page, file)


def account(line: Locator) -> dict[str, int]:
    """`1 hồ sơ: 1 lưu mới, 0 không đổi, …` as figures."""
    names = {"lưu mới": "filed", "không đổi": "unchanged", "cập nhật": "corrected", "tạm giữ": "quarantined"}
    text = line.locator(".step").inner_text()
    found = {name: re.search(rf"([\d.]+) {words}", text) for words, name in names.items()}
    return {name: int(match[1].replace(".", "")) for name, match in found.items() if match}


def _finished(page: Page, file: Path) -> Locator:
    line = page.locator("#sending li", has_text=file.name).first
    expect(line.locator(".step .tag.ok, .step .tag.bad")).to_be_visible(timeout=LONGEST_MS)
    return line
