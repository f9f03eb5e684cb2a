"""Whose dialect a route speaks, what was learned of its server, how far a streamed call is; an alert for routes that
do not fit.

All columns have defaults in the database: a worker of the version before goes on beside them."""

import django.core.validators
from django.db import migrations, models

CODES = [(code, code) for code in (
    "ok", "invalid", "truncated", "too_long", "refused", "filtered",
    "unusable", "timeout", "rate_limited", "quota_spent", "out_of_credit", "auth",
    "no_access", "blocked", "unknown_model", "wrong_address", "field_refused", "cap_refused",
    "bad_request", "server_error", "connection", "malformed", "abandoned", "lost",
    "internal",
)]


def create(apps, schema_editor):
    apps.get_model("generation", "AlertRule").objects.get_or_create(
        name="Route does not fit",
        defaults={"condition": "route_misfit", "threshold": 1, "window_s": 3_600, "severity": "critical"},
    )


def remove(apps, schema_editor):
    rules = apps.get_model("generation", "AlertRule").objects.filter(condition="route_misfit")
    apps.get_model("generation", "Alert").objects.filter(rule__in=rules).delete()
    rules.delete()


class Migration(migrations.Migration):
    dependencies = [("generation", "0006_one_election_no_batch_price")]

    operations = [
        migrations.AddField(
            model_name='chunk',
            name='written_tokens',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='About so many have come of the call that runs, where it is streamed.'),
        ),
        migrations.AddField(
            model_name='route',
            name='breaker_code',
            field=models.CharField(blank=True, choices=CODES, db_default='', default='', editable=False, help_text='How the call ended that paused it.', max_length=16),
        ),
        migrations.AddField(
            model_name='route',
            name='deadline_s',
            field=models.PositiveIntegerField(blank=True, help_text='Seconds that one call may take. Empty: LLM_DEADLINE_S.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(86400)], verbose_name='deadline'),
        ),
        migrations.AddField(
            model_name='route',
            name='dialect',
            field=models.CharField(blank=True, choices=[('', 'Automatic: by the address'), ('openai', 'OpenAI'), ('azure', 'Azure OpenAI'), ('gemini', 'Gemini'), ('mistral', 'Mistral'), ('groq', 'Groq'), ('openrouter', 'OpenRouter'), ('vllm', 'vLLM'), ('ollama', 'Ollama'), ('llama_cpp', 'llama.cpp'), ('lm_studio', 'LM Studio'), ('other', 'Other: only what every server knows')], db_default='', default='', help_text='Which optional fields its server knows. What it refuses by name is left out from then on.', max_length=12),
        ),
        migrations.AddField(
            model_name='route',
            name='learned',
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False, help_text='What the server refused or stated as its limit.'),
        ),
        migrations.AddField(
            model_name='route',
            name='silence_s',
            field=models.PositiveIntegerField(blank=True, help_text='Seconds without a word after which a streamed call is given up. Empty: only the deadline counts.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(86400)], verbose_name='longest silence'),
        ),
        migrations.AddField(
            model_name='route',
            name='streaming',
            field=models.CharField(blank=True, choices=[('', 'Automatic: on for vLLM, Ollama, llama.cpp and LM Studio'), ('on', 'On'), ('off', 'Off')], db_default='', default='', help_text='Progress is seen during a call, and a model that repeats itself is cut. Costs more CPU.', max_length=3),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='code',
            field=models.CharField(blank=True, choices=CODES, max_length=16),
        ),
        migrations.AlterField(
            model_name='treatment',
            name='remedy',
            field=models.CharField(choices=[('retry', 'retry'), ('resume', 'resume'), ('pause', 'pause'), ('cancel', 'cancel'), ('route', 'route'), ('workers', 'workers'), ('ask_again', 'ask_again'), ('read_log', 'read_log')], max_length=10),
        ),
        migrations.RunPython(create, remove),
    ]
