"""One table for whose turn it is, instead of three."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0003_default_alert_rules")]
    operations = [
        migrations.CreateModel(
            name="Election",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("won_at", models.DateTimeField(help_text="By the database's clock.")),
                ("by", models.CharField(blank=True, help_text="Who won it last.", max_length=120)),
                ("note", models.JSONField(blank=True, default=dict, help_text="How far the work came.")),
            ],
        ),
    ]
