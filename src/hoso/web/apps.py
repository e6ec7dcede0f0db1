from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hoso.web"
    label = "web"

    def ready(self) -> None:
        from hoso.web import sign_in_events

        assert sign_in_events  # importing it is what connects the signals
