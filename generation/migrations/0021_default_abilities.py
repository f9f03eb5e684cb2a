"""What the default routes can: context, strength and output by the provider's own pages, and each other's fallback."""

from django.db import migrations

ROUTES = [
    # slug, context, longest output, strength, fallback
    ("gpt-4-1-mini", 1_047_576, 32_768, 10, "gpt-4o"),
    ("gpt-4o", 128_000, 16_384, 20, "gpt-4-1-mini"),
]
AS_MADE = {"gpt-4-1-mini": 32_000, "gpt-4o": 16_000}      # a cap that somebody changed stays


def fill(apps, schema_editor):
    route = apps.get_model("generation", "Route")
    for slug, context, output, strength, fallback in ROUTES:
        found = route.objects.filter(slug=slug)
        found.update(context_tokens=context, strength=strength, fallback=route.objects.filter(slug=fallback).first())
        found.filter(max_output_tokens=AS_MADE[slug]).update(max_output_tokens=output)


class Migration(migrations.Migration):
    dependencies = [("generation", "0020_routes")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
