"""What the roles may spend in a new installation: enough for a school day, and no surprise on the bill."""

from django.db import migrations

DOLLAR = 1_000_000
POLICIES = [
    # role, running jobs, units per job, weight, limits: metric, window, limit, burst
    ("student", 5, 60, 1, [
        ("requests", "hour", 20, 10), ("units", "day", 200, 50), ("usd_micros", "day", DOLLAR, DOLLAR // 2),
        ("usd_micros", "month", 10 * DOLLAR, 0),
    ]),
    ("teacher", 20, None, 2, [
        ("requests", "hour", 60, 30), ("units", "day", 1_000, 200), ("usd_micros", "day", 10 * DOLLAR, 5 * DOLLAR),
        ("usd_micros", "month", 100 * DOLLAR, 0),
    ]),
    ("admin", 100, None, 2, [
        ("requests", "hour", 300, 100), ("usd_micros", "day", 50 * DOLLAR, 0),
        ("usd_micros", "month", 500 * DOLLAR, 0),
    ]),
    ("", 1_000, None, 1, [("usd_micros", "day", 100 * DOLLAR, 0), ("usd_micros", "month", 1_000 * DOLLAR, 0)]),
]


def create(apps, schema_editor):
    policy, limit = apps.get_model("accounts", "Policy"), apps.get_model("accounts", "Limit")
    for role, running, units, weight, limits in POLICIES:
        row, is_new = policy.objects.get_or_create(
            role=role, defaults={"max_running_jobs": running, "max_units_per_job": units, "weight": weight}
        )
        if is_new:
            limit.objects.bulk_create(
                limit(policy=row, metric=metric, window=window, limit=most, burst=burst)
                for metric, window, most, burst in limits
            )
    apps.get_model("accounts", "Pause").objects.get_or_create(id=1)


def remove(apps, schema_editor):
    apps.get_model("accounts", "Policy").objects.all().delete()
    apps.get_model("accounts", "Pause").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
