"""The ledger tells calls that mend a rejected draft from others."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0017_reviews'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='is_repair',
            field=models.BooleanField(db_default=False, default=False, help_text='It was asked because a draft was rejected by the checks.'),
        ),
    ]
