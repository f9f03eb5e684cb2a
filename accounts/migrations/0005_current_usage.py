"""Where somebody's limits stand is read off the windows that are current, however many are past."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_words_of_limits")]
    operations = [
        migrations.AddIndex("usage", models.Index(
            fields=["user"], name="usage_current", condition=models.Q(is_left=False))),
    ]
