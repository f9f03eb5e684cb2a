"""Metrics and windows as people read them: the database stores what it did."""

from django.db import migrations, models

METRICS = [("requests", "Requests"), ("units", "Units"), ("usd_micros", "Dollars")]
WINDOWS = [("hour", "An hour"), ("day", "A day"), ("month", "A month")]


def limited(model):
    return [
        migrations.AlterField(
            model_name=model, name="limit",
            field=models.PositiveBigIntegerField(help_text="In one window: a count, or micro-dollars.")),
        migrations.AlterField(
            model_name=model, name="metric", field=models.CharField(choices=METRICS, max_length=10)),
    ]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_no_reservation_of_day")]
    operations = [
        *limited("limit"), *limited("limitoverride"),
        migrations.AlterField(
            model_name="usage", name="metric",
            field=models.CharField(choices=[*METRICS, ("jobs", "Running jobs")], max_length=10)),
        migrations.AlterField(
            model_name="usage", name="window",
            field=models.CharField(choices=[*WINDOWS, ("always", "Always")], max_length=6)),
    ]
