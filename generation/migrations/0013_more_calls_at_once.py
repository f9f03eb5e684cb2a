"""A route's ceiling is 2,000 calls by default.  The two routes that every installation starts with follow, as far as
nobody has set another."""

from django.core.validators import MinValueValidator
from django.db import migrations, models

DEFAULT_ROUTES = ("gpt-4-1-mini", "gpt-4o")
BEFORE, AFTER = 500, 2_000


def raise_ceilings(apps, schema_editor):
    routes = apps.get_model("generation", "Route").objects
    routes.filter(slug__in=DEFAULT_ROUTES, max_in_flight=BEFORE).update(max_in_flight=AFTER)


def lower_ceilings(apps, schema_editor):
    routes = apps.get_model("generation", "Route").objects
    routes.filter(slug__in=DEFAULT_ROUTES, max_in_flight=AFTER).update(max_in_flight=BEFORE)


class Migration(migrations.Migration):
    dependencies = [("generation", "0012_sent_forms")]
    operations = [
        migrations.AlterField(
            "route", "max_in_flight",
            models.PositiveIntegerField(
                default=AFTER,
                help_text="Calls at the same time over all workers, at most. The limit below it moves by itself.",
                validators=[MinValueValidator(1)], verbose_name="ceiling",
            ),
        ),
        migrations.RunPython(raise_ceilings, lower_ceilings),
    ]
