"""A retry or a regeneration is an errand with a payer of its own, and jobs know how long they were at work.

What was asked again before this stays with the job's own reservations: it was charged to the owner, and calls did not
say for what they were made.  Both columns of a job have defaults in the database, for a worker of the version before;
they are filled last, after all changes of the schema: the log tells when a job ended and when it went on."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now

ENDS = ("completed", "partial", "failed", "cancel")
GOES_ON = ("restart", "regenerate")
BATCH = 500


def fill(apps, schema_editor):
    job, line = apps.get_model("generation", "Job"), apps.get_model("generation", "LogEntry")
    job.objects.update(active_since=F("created_at"))
    changed = []
    again = line.objects.filter(code__in=GOES_ON, job__isnull=False).order_by().values("job").distinct()
    for row in job.objects.filter(pk__in=again).only("created_at").iterator(chunk_size=BATCH):
        since, ended, work_ms = row.created_at, None, 0
        for code, at in line.objects.filter(job=row.pk, code__in=ENDS + GOES_ON).order_by("id").values_list("code", "at"):
            if code in ENDS:
                ended = ended or at
            elif ended is not None:      # a unit may be written anew while the job is at work
                work_ms += max(0, round((ended - since).total_seconds() * 1_000))
                since, ended = at, None
        row.active_since, row.earlier_work_ms = since, work_ms
        changed.append(row)
    job.objects.bulk_update(changed, ["active_since", "earlier_work_ms"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("generation", "0009_limit_low_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="active_since",
            field=models.DateTimeField(
                db_default=Now(), editable=False, help_text="When it was accepted, or last went on after an end."),
        ),
        migrations.AddField(
            model_name="job",
            name="earlier_work_ms",
            field=models.PositiveBigIntegerField(
                db_default=0, default=0, editable=False,
                help_text="How long it was at work until its ends before that."),
        ),
        migrations.CreateModel(
            name="Errand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(
                    choices=[("retry", "Retry"), ("regenerate", "Written anew")], max_length=10)),
                ("reference", models.UUIDField(
                    default=uuid.uuid4, editable=False, unique=True,
                    help_text="By it the accounts' ledger knows its reservation.")),
                ("asked_at", models.DateTimeField(db_default=Now())),
                ("billed_units", models.PositiveIntegerField(default=0, editable=False)),
                ("billed_usd_micros", models.PositiveBigIntegerField(default=0, editable=False)),
                ("job", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="errands", to="generation.job")),
                ("payer", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="errands",
                    to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verb__in", ["retry", "regenerate"])), name="errand_verb_known"),
                ],
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="errand",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.RESTRICT,
                related_name="+", to="generation.errand",
                help_text="The retry or regeneration that it was made for, whose payer pays for it."),
        ),
        migrations.AddField(
            model_name="chunk",
            name="errand",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.RESTRICT,
                related_name="+", to="generation.errand",
                help_text="The retry or regeneration that it was asked for last; empty: the request itself."),
        ),
        migrations.AddField(
            model_name="unitversion",
            name="errand",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.RESTRICT,
                related_name="+", to="generation.errand", help_text="Whose content it was, as on the unit."),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("errand__isnull", False)), fields=["errand"], name="attempt_of_errand"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
