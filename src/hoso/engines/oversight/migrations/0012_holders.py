from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hoso.core.database.migration_sql import run_sql_file


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("oversight", "0009_restoring"),
        ("accounts", "0007_licence"),
        ("people", "0013_numbers_that_end"),
        ("households", "0002_of_places"),
        ("intake", "0009_enclosed_documents"),
        ("rights", "0002_joined_persons"),
    ]
    operations: ClassVar[list[Operation]] = [run_sql_file(__file__, "0012_holders.sql")]
