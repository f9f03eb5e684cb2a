"""Checks of the whole document have a unit mended once; what it was then is no unit that was made."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0018_repairs'),
    ]

    operations = [
        migrations.AddField(
            model_name='chunk',
            name='second_looks',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How often checks of the whole document had it mended.'),
        ),
        migrations.AddField(
            model_name='unitversion',
            name='is_draft',
            field=models.BooleanField(db_default=False, default=False, help_text='Checks of the whole document rejected it before anybody had it: it is no unit that was made.'),
        ),
    ]
