"""The telephone of a demonstration: what persons were sent. Exists only where the simulated gateway is set."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.messages.simulated_sms import last_messages
from hoso.web.routes import ActingRequest


def phone(request: ActingRequest) -> HttpResponse:
    if not settings.SMS_GATEWAY.endswith(".SimulatedSms"):
        raise HosoError("HS9002")
    return render(request, "share/phone.html", {"messages_received": last_messages()})
