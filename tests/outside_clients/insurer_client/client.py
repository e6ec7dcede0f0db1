"""Pushes a folder of packages (one HOSO a file) to an address that speaks the insurer's interface.

Standard library only. Written from the interface's description: POST api/token/take with username and the upper-case
MD5 of the password; then POST api/qd130/guiHoSoXmlQD3176 (or …QD4750) as a form with the headers accessToken, tokenId
and passwordHash, the file as base64 in fileHSBase64. Check-in files go to checkInKcbQd3176 (…Qd4750), loaiHoSo 0.
"""

import argparse
import base64
import hashlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

SEND = {"3176": "api/qd130/guiHoSoXmlQD3176", "4750": "api/qd130/guiHoSoXmlQD4750"}
CHECK_IN = {"3176": "api/qd130/checkInKcbQd3176", "4750": "api/qd130/checkInKcbQd4750"}
OK = "200"


class Insurer:
    """The other side, known by its base address."""

    def __init__(self, base: str, username: str, password: str, facility: str) -> None:
        self.base = base.rstrip("/")
        self.username, self.facility = username, facility
        self.password_md5 = hashlib.md5(password.encode()).hexdigest().upper()
        self.headers: dict[str, str] = {}

    def sign_in(self) -> dict[str, Any]:
        answer = self._post("api/token/take", {"username": self.username, "password": self.password_md5})
        if answer.get("maKetQua") == OK:
            key = answer["APIKey"]
            self.headers = {
                "accessToken": key["access_token"],
                "tokenId": key["id_token"],
                "passwordHash": self.password_md5,
            }
        return answer

    def send(self, content: bytes, standard: str) -> dict[str, Any]:
        is_check_in = b"<CHI_TIEU_TRANG_THAI_KCB" in content[:1000]
        fields = {
            "username": self.username,
            "loaiHoSo": "0" if is_check_in else "130",
            "maTinh": self.facility[:2],
            "maCSKCB": self.facility,
            "fileHSBase64": base64.b64encode(content).decode(),
        }
        return self._post((CHECK_IN if is_check_in else SEND)[standard], fields)

    def _post(self, path: str, fields: dict[str, str]) -> dict[str, Any]:
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(f"{self.base}/{path}", body, self.headers)
        request.add_header("Content-Type", "application/x-www-form-urlencoded")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return dict(json.load(response))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--base", "--username", "--password", "--facility"):
        parser.add_argument(name, required=True)
    parser.add_argument("--standard", choices=sorted(SEND), default="3176")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    insurer = Insurer(given.base, given.username, given.password, given.facility)
    signed_in = insurer.sign_in()
    if signed_in.get("maKetQua") != OK:
        print(json.dumps(signed_in, ensure_ascii=False))
        return 1
    failed = 0
    for path in sorted(given.folder.glob("*.xml")):
        answer = insurer.send(path.read_bytes(), given.standard)
        failed += answer.get("maKetQua") != OK
        print(json.dumps({"file": path.name, **answer}, ensure_ascii=False))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
