"""The routes that every installation starts with: the models that the product replaces, at list price."""

from django.db import migrations

ROUTES = [
    # slug, model, priority, micro-dollars per million tokens: input, cached input, output
    ("gpt-4-1-mini", "gpt-4.1-mini", 10, 400_000, 100_000, 1_600_000, 32_000),
    ("gpt-4o", "gpt-4o", 20, 2_500_000, 1_250_000, 10_000_000, 16_000),
]


def create(apps, schema_editor):
    route = apps.get_model("generation", "Route")
    for slug, model, priority, fresh, cached, output, longest in ROUTES:
        route.objects.get_or_create(
            slug=slug,
            defaults={
                "model": model, "priority": priority, "input_usd_micros": fresh,
                "cached_input_usd_micros": cached, "output_usd_micros": output, "max_output_tokens": longest,
            },
        )


def remove(apps, schema_editor):
    slugs = [row[0] for row in ROUTES]
    apps.get_model("generation", "Route").objects.filter(slug__in=slugs, jobs__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("generation", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
