"""`hoso worker`: does the jobs that wait in the database."""

import click


@click.command(short_help="Do the jobs that wait.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Jobs at once.")
def worker(concurrency: int) -> None:
    """Do the jobs that wait in the database until told to stop (Ctrl-C or SIGTERM); a job under way is finished.

    What a killed worker left half done is gone on with at once.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from procrastinate.contrib.django import app

    import hoso.core.jobs.stalled  # noqa: F401 - its job belongs to no app
    from hoso.engines.intake.jobs import resume_at_start
    from hoso.engines.records.bulk.jobs import resume_at_start as resume_bulk_at_start

    resume_at_start()
    resume_bulk_at_start()
    # Its own connections: Django's belong to the jobs, which change actor and purpose on them.
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(
            name="hoso",
            concurrency=concurrency,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=30.0,
            delete_jobs="successful",  # some come every minute; failed ones stay to be looked at
        )
