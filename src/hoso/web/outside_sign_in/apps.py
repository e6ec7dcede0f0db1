from django.apps import AppConfig


class OutsideSignInConfig(AppConfig):
    """allauth finds `provider.py` of every installed app."""

    name = "hoso.web.outside_sign_in"
    label = "outside_sign_in"
