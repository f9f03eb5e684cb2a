"""What replies said since a route's limit last moved.

A column of its own, with a default in the database: a worker of the version before goes on beside it, and could not
read another field in the limit's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0007_dialects")]

    operations = [
        migrations.AddField(
            model_name="route",
            name="limit_evidence",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, editable=False,
                help_text="What was reported since the limit moved; worthless beside another move."),
        ),
    ]
