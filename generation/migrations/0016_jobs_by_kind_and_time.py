"""Jobs of a kind, and those of some days, are found by an index: both were read off all jobs there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0015_instead_of")]
    operations = [
        migrations.AddIndex("job", models.Index(fields=["kind", "-id"], name="job_by_kind")),
        migrations.AddIndex("job", models.Index(fields=["created_at"], name="job_by_time")),
    ]
