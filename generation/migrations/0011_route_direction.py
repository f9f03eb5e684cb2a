"""Who may say where a route leads; endings of calls that were never made; the rules that call when a route is stopped
by its address or key, and when it is led elsewhere.

No column changes, but processes of before do not know the new endings and reasons: install it with them stopped."""

import django.core.validators
from django.db import migrations, models

import generation.models.route

CODES = [(code, code) for code in (
    "ok", "invalid", "truncated", "too_long", "refused", "filtered", "unusable", "timeout", "rate_limited",
    "quota_spent", "out_of_credit", "auth", "key_unbound", "address_refused", "no_access", "blocked",
    "unknown_model", "wrong_address", "field_refused", "cap_refused", "bad_request", "server_error",
    "connection", "malformed", "abandoned", "lost", "internal",
)]
RULES = [
    # name, condition, threshold, window in seconds, severity
    ("Route is stopped by its address or key", "route_stopped", 0, 3_600, "critical"),
    ("Route leads elsewhere", "route_directed", 1, 86_400, "warning"),
]


def create(apps, schema_editor):
    rule = apps.get_model("generation", "AlertRule")
    for name, condition, threshold, window_s, severity in RULES:
        rule.objects.get_or_create(
            name=name,
            defaults={"condition": condition, "threshold": threshold, "window_s": window_s, "severity": severity},
        )


def remove(apps, schema_editor):
    rules = apps.get_model("generation", "AlertRule").objects.filter(condition__in=[rule[1] for rule in RULES])
    apps.get_model("generation", "Alert").objects.filter(rule__in=rules).delete()
    rules.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0010_errands'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='route',
            options={'ordering': ['priority', 'id'], 'permissions': [('direct_route', 'Can say where a route leads, and with which key')]},
        ),
        migrations.AlterField(
            model_name='attempt',
            name='code',
            field=models.CharField(blank=True, choices=CODES, max_length=16),
        ),
        migrations.AlterField(
            model_name='route',
            name='base_url',
            field=models.CharField(blank=True, help_text="An OpenAI-compatible service, with its /v1. Empty: OPENAI_BASE_URL. In a network of one's own the host has to stand in PROVIDER_HOSTS.", max_length=300, validators=[generation.models.route.check_base_url], verbose_name='base URL'),
        ),
        migrations.AlterField(
            model_name='route',
            name='breaker_code',
            field=models.CharField(blank=True, choices=CODES, db_default='', default='', editable=False, help_text='How the call ended that paused it.', max_length=16),
        ),
        migrations.AlterField(
            model_name='route',
            name='key_name',
            field=models.CharField(blank=True, help_text="GROQ stands for the key in PROVIDER_KEY_GROQ of the workers' environment, which goes to the address in PROVIDER_URL_GROQ and to no other. Empty: OPENAI_API_KEY, which is sent to no other base URL than its own. No key is ever stored here.", max_length=40, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9_]*$', 'Use capitals, digits and underscores.')]),
        ),
        migrations.RunPython(create, remove),
    ]
