"""An operator's gateway over HTTPS: one JSON request a message (`to`, `text`), answered with 2xx.

Operators differ; this is the shape most have, tried against a server of the tests only, not against a real operator.
"""

import http.client
import json
import urllib.error
import urllib.request

from django.conf import settings

from hoso.core.messages.sms import SmsNotSent

PATIENCE_SECONDS = 10


class LiveSms:
    def send(self, to: str, text: str) -> None:
        """Raises SmsNotSent; what the operator answered, and to whom it was, is told to nobody."""
        request = urllib.request.Request(
            settings.ENVIRONMENT["HOSO_SMS_URL"],
            data=json.dumps({"to": to, "text": text}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.ENVIRONMENT['HOSO_SMS_TOKEN']}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):
                return
        except (urllib.error.URLError, TimeoutError, http.client.HTTPException, OSError, ValueError):
            raise SmsNotSent("the operator's gateway does not take it") from None
