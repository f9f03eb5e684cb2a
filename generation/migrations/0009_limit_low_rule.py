"""The rule that calls when a route's limit is far under its ceiling while work waits."""

from django.db import migrations


def create(apps, schema_editor):
    apps.get_model("generation", "AlertRule").objects.get_or_create(
        name="Limit of a route is low",
        defaults={"condition": "limit_low", "threshold": 5, "window_s": 3_600, "severity": "warning"},
    )


def remove(apps, schema_editor):
    rules = apps.get_model("generation", "AlertRule").objects.filter(condition="limit_low")
    apps.get_model("generation", "Alert").objects.filter(rule__in=rules).delete()
    rules.delete()


class Migration(migrations.Migration):
    dependencies = [("generation", "0008_route_limit_evidence")]
    operations = [migrations.RunPython(create, remove)]
