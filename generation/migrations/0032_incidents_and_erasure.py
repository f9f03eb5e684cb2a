import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import generation.core.reasons


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0031_log_of_whom'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, help_text='What failures must have in common.', max_length=200)),
                ('cause', models.CharField(choices=generation.core.reasons.reason_choices, max_length=30)),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('opened_at', models.DateTimeField(verbose_name='first seen')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen')),
                ('chunks', models.PositiveIntegerField(default=0, verbose_name='parts')),
                ('jobs', models.PositiveIntegerField(default=0)),
                ('users', models.PositiveIntegerField(default=0)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolution', models.CharField(blank=True, choices=[('gone', 'Its cause is gone'), ('quiet', 'Nothing new for a long time'), ('person', 'A person said so')], max_length=6)),
            ],
            options={
                'verbose_name': 'failure',
                'ordering': [models.OrderBy(models.F('resolved_at'), descending=True, nulls_first=True), '-last_seen_at'],
                'permissions': [('resolve_incident', 'Can say that a failure is over')],
            },
        ),
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fence', models.PositiveIntegerField(help_text="The chunk's fencing token when it was last seen here.")),
                ('times', models.PositiveIntegerField(default=1)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('message', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Treatment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('remedy', models.CharField(choices=[('retry', 'retry'), ('resume', 'resume'), ('cancel', 'cancel'), ('route', 'route'), ('workers', 'workers'), ('ask_again', 'ask_again'), ('read_log', 'read_log')], max_length=10)),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('pending', 'Not known'), ('worked', 'Worked'), ('failed', 'It came back'), ('unknown', 'No telling')], default='pending', max_length=7)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('taken_at', models.DateTimeField()),
                ('note', models.JSONField(blank=True, default=dict, help_text='How far it came.')),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Since then its content is gone; what it cost stays.', null=True),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('reply', ''), _negated=True), fields=['settled_at'], name='attempt_has_reply'),
        ),
        migrations.AddIndex(
            model_name='chunk',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['finished_at'], name='chunk_lost'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('erased_at__isnull', True), ('state__in', ['cancelled', 'completed', 'failed', 'partial'])), fields=['finished_at'], name='job_expires'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('erased_at__isnull', False)), fields=['erased_at'], name='job_erased'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('state__in', ['cancelled', 'completed', 'failed', 'partial']), _connector='OR'), name='job_erased_is_over'),
        ),
        migrations.AddField(
            model_name='incident',
            name='resolved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='incident',
            name='route',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='generation.route'),
        ),
        migrations.AddField(
            model_name='occurrence',
            name='chunk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='generation.chunk'),
        ),
        migrations.AddField(
            model_name='occurrence',
            name='incident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occurrences', to='generation.incident'),
        ),
        migrations.AddField(
            model_name='occurrence',
            name='job',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='generation.job'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='treatment',
            name='incident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='treatments', to='generation.incident'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='job',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='generation.job'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['key', '-resolved_at'], name='incident_recent'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('key',), name='incident_open_once'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolution', ''), ('resolved_at__isnull', True)), models.Q(('resolved_at__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='incident_resolved_iff_how'),
        ),
        migrations.AddConstraint(
            model_name='occurrence',
            constraint=models.UniqueConstraint(fields=('incident', 'chunk'), name='occurrence_once'),
        ),
        migrations.AddIndex(
            model_name='treatment',
            index=models.Index(condition=models.Q(('outcome', 'pending')), fields=['id'], name='treatment_pending'),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', 'pending')), models.Q(models.Q(('outcome', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='treatment_decided_iff_known'),
        ),
    ]
