from django.apps import AppConfig


class AuthorizationConfig(AppConfig):
    name = "hoso.core.accounts.authorization"
    label = "authorization"
    default_auto_field = "django.db.models.BigAutoField"
