from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "hoso.core.accounts.outside"
    label = "outside_identity"
    default_auto_field = "django.db.models.BigAutoField"
