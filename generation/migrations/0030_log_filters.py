import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0021_default_abilities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='logentry',
            name='advice',
            field=models.TextField(blank=True, help_text='What to do about it.'),
        ),
        migrations.AddField(
            model_name='logentry',
            name='request_id',
            field=models.CharField(blank=True, help_text='The HTTP request that it came from.', max_length=64),
        ),
        migrations.AddField(
            model_name='logentry',
            name='trace',
            field=models.TextField(blank=True, verbose_name='stack trace'),
        ),
        migrations.AddField(
            model_name='logentry',
            name='user',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Whose job it is.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='job',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Empty: it concerns all of them.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='log', to='generation.job'),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='level',
            field=models.CharField(choices=[('debug', 'Debug'), ('info', 'Info'), ('warning', 'Warning'), ('error', 'Error'), ('critical', 'Critical')], default='info', max_length=8, verbose_name='severity'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(fields=['job', '-id'], name='log_of_job'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(fields=['level', '-id'], name='log_by_level'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(fields=['code', '-id'], name='log_by_code'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(fields=['at', 'id'], name='log_by_time'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user', '-id'], name='log_of_user'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(condition=models.Q(('by__isnull', False)), fields=['by', '-id'], name='log_by_person'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='log_of_request'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='attempt_of_request'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['debug', 'info', 'warning', 'error', 'critical'])), name='log_level_known'),
        ),
    ]
