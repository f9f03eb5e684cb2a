"""A row of work is called a part, as everywhere in the pages."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("generation", "0013_more_calls_at_once"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='chunk',
            options={'ordering': ['job', 'position'], 'verbose_name': 'part'},
        ),
    ]
