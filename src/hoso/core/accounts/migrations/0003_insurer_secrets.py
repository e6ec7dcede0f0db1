from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from hoso.core.database.migration_sql import run_sql_file


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("accounts", "0002_credential_overview"),
        ("places", "0002_validity"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="credential",
            name="facility",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="places.facility"),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "insurer_secret"), _negated=True),
                    models.Q(("facility__isnull", False), ("secret_hash__startswith", "argon2")),
                    _connector="OR",
                ),
                name="insurer_secret_is_slow_and_of_one_facility",
            ),
        ),
        run_sql_file(__file__, "0003_insurer_secrets.sql"),
    ]
