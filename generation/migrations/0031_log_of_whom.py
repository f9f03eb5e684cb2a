from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def note_owners(apps: Any, _schema_editor: Any) -> None:     # Any: Django's registry and editor
    """Lines that were written before know their job, and so whose it is; instructions are on units and versions."""
    job = apps.get_model("generation", "Job").objects.filter(pk=OuterRef("job")).values("user")[:1]
    lines = apps.get_model("generation", "LogEntry").objects
    lines.filter(job__isnull=False, user__isnull=True).update(user=Subquery(job))
    lines.filter(code="regenerate").update(data={})


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0030_log_filters'),
    ]

    operations = [
        migrations.RunPython(note_owners, migrations.RunPython.noop),
    ]
