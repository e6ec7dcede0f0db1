from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "hoso.engines.people.cards"
    label = "cards"
    default_auto_field = "django.db.models.BigAutoField"
