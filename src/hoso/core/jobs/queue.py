"""The job queue: jobs live in PostgreSQL and commit together with the data they are about."""

from procrastinate import App, Blueprint

blueprint = Blueprint()


def on_app_ready(app: App) -> None:
    app.add_tasks_from(blueprint, namespace="hoso")
