"""Documents may wait for a person, in a state of their own."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def what_waits_has_failed(apps, schema_editor):
    """The version before knows neither the state nor its reasons."""
    jobs = apps.get_model("generation", "Job").objects
    waiting = models.Q(state="in_review") | models.Q(reason="review_rejected")
    jobs.filter(waiting).update(state="failed", reason="invalid_content")


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0016_jobs_by_kind_and_time'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'Open'), ('released', 'Released'), ('rejected', 'Rejected')], default='open', max_length=10)),
                ('findings', models.JSONField(default=list)),
                ('reason', models.TextField(blank=True, help_text='What the person who decided says; its owner reads it.')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('decide_review', 'Can release or reject a document that waits for a person')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_finished_iff_terminal',
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_loss_has_reason',
        ),
        migrations.RemoveConstraint(
            model_name='job',
            name='job_erased_is_over',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_uncounted',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_unbilled',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_expires',
        ),
        migrations.RemoveIndex(
            model_name='job',
            name='job_ended',
        ),
        migrations.AlterField(
            model_name='job',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('planning', 'Planning'), ('generating', 'Generating'), ('in_review', 'In review'), ('completed', 'Completed'), ('partial', 'Partial'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=12),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('is_counted', False), ('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial'])), fields=['id'], name='job_uncounted'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial']), models.Q(('billed_usd_micros', models.F('cost_usd_micros')), _negated=True)), fields=['id'], name='job_unbilled'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('erased_at__isnull', True), ('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial'])), fields=['finished_at'], name='job_expires'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial'])), fields=['finished_at'], name='job_ended'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'planning', 'generating', 'in_review', 'completed', 'partial', 'failed', 'cancelled'])), name='job_state_known'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial'])), models.Q(('finished_at__isnull', True), ('state__in', ['generating', 'planning', 'queued'])), _connector='OR'), name='job_finished_iff_terminal'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_review', 'partial', 'failed', 'cancelled']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='job_loss_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('state__in', ['cancelled', 'completed', 'failed', 'in_review', 'partial']), _connector='OR'), name='job_erased_is_over'),
        ),
        migrations.AddField(
            model_name='review',
            name='decided_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='job',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='generation.job'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['opened_at'], name='review_open'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'released', 'rejected'])), name='review_state_known'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='review_decided_iff_not_open'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('job',), name='review_open_once'),
        ),
        migrations.RunPython(migrations.RunPython.noop, what_waits_has_failed),
    ]
