"""The job queue: jobs live in PostgreSQL and commit together with the data they are about.

Every app's `jobs.py` is found at start (PROCRASTINATE_AUTODISCOVER_MODULE_NAME).
"""

from procrastinate.contrib.django import app as queue

__all__ = ["queue"]
