"""Jobs count what is open on them, so that lists need not look at their parts."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0019_second_looks'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='open_errors',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='job',
            name='open_humans',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Left to a person, who has not released them.'),
        ),
        migrations.AddField(
            model_name='job',
            name='open_warnings',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('open_errors__gt', 0)), fields=['-id'], name='job_open_errors'),
        ),
    ]
