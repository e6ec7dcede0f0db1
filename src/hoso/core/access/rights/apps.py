from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "hoso.core.access.rights"
    label = "rights"
    default_auto_field = "django.db.models.BigAutoField"
