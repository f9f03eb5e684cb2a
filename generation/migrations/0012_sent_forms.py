"""Which forms were sent: what is pressed twice is done once."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0011_route_direction")]
    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("key", models.CharField(
                    help_text="A digest of the page, its sender and all it sent.", max_length=64, primary_key=True,
                    serialize=False)),
                ("led_to", models.CharField(blank=True, help_text="An address of the admin.", max_length=300)),
                ("was_shown_once", models.BooleanField(
                    default=False, help_text="The answer was a secret, which is stored nowhere.")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"indexes": [models.Index(fields=["at"], name="sent_form_old")]},
        ),
    ]
