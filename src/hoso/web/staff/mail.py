"""What became of mail: what waits, left, or was given up; never what it said."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.messages.mail import mail_is_on
from hoso.core.messages.sending import mails
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest


def mail(request: ActingRequest) -> HttpResponse:
    found = ask(request, lambda _scope: mails(), about="mail")
    return render(request, "accounts/mail.html", {"mails": found, "mail_is_on": mail_is_on()})
