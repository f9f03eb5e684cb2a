"""Which cheaper route, that was paused, a job was accepted in place of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0014_part_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='instead_of',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, help_text='The cheaper route that was paused when it was accepted: later rewrites go back there.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='generation.route'),
        ),
    ]
