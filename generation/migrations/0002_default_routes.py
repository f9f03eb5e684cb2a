"""The routes that every installation starts with: the models that the product replaces, at list price, with what the
provider's own pages say of context and output, and each other's fallback."""

from django.db import migrations

ROUTES = [
    # slug, model, priority, micro-dollars per million tokens: input, cached input, output; longest output, context,
    # strength, fallback
    ("gpt-4-1-mini", "gpt-4.1-mini", 10, 400_000, 100_000, 1_600_000, 32_768, 1_047_576, 10, "gpt-4o"),
    ("gpt-4o", "gpt-4o", 20, 2_500_000, 1_250_000, 10_000_000, 16_384, 128_000, 20, "gpt-4-1-mini"),
]


def create(apps, schema_editor):
    routes = apps.get_model("generation", "Route").objects
    for slug, model, priority, fresh, cached, output, longest, context, strength, _fallback in ROUTES:
        routes.get_or_create(
            slug=slug,
            defaults={
                "model": model, "priority": priority, "input_usd_micros": fresh,
                "cached_input_usd_micros": cached, "output_usd_micros": output, "max_output_tokens": longest,
                "context_tokens": context, "strength": strength,
            },
        )
    for slug, *_more, fallback in ROUTES:
        routes.filter(slug=slug).update(fallback=routes.get(slug=fallback))


class Migration(migrations.Migration):
    dependencies = [("generation", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]      # going further back drops the table
