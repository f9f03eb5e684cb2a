"""The rules that every installation starts with: what somebody should hear of, at values that rarely cry wolf."""

from django.db import migrations

RULES = [
    # name, condition, threshold, window in seconds, severity
    ("Breaker open", "breaker_open", 0, 3_600, "warning"),
    ("Provider account out of credit", "out_of_credit", 0, 3_600, "critical"),
    ("Provider refuses the key", "bad_key", 0, 3_600, "critical"),
    ("Many jobs fail", "failure_rate", 20, 3_600, "critical"),
    ("Job stands still", "stuck_job", 20, 3_600, "warning"),
    ("Work waits long", "backlog_age", 10, 3_600, "warning"),
    ("Sweeper late", "sweeper_late", 60, 3_600, "critical"),
    ("Budget at 80 %", "budget", 80, 3_600, "warning"),
    ("Budget spent", "budget", 100, 3_600, "critical"),
    ("Disk almost full", "disk_low", 1_000, 3_600, "critical"),
    ("Quality below bar", "quality_low", 30, 86_400, "warning"),
    ("Alert channel fails", "channel_failing", 3, 3_600, "warning"),
]


def create(apps, schema_editor):
    rule = apps.get_model("generation", "AlertRule")
    for name, condition, threshold, window_s, severity in RULES:
        rule.objects.get_or_create(
            name=name,
            defaults={"condition": condition, "threshold": threshold, "window_s": window_s, "severity": severity},
        )
    apps.get_model("generation", "Watch").objects.get_or_create(id=1)


def remove(apps, schema_editor):
    apps.get_model("generation", "Alert").objects.all().delete()
    apps.get_model("generation", "AlertRule").objects.all().delete()
    apps.get_model("generation", "Watch").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("generation", "0002_default_routes")]
    operations = [migrations.RunPython(create, remove)]
