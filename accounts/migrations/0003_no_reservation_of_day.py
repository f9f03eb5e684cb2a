"""Usage by day is summed over jobs: nothing looks for reservations by their time."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_default_policies")]
    operations = [migrations.RemoveIndex(model_name="reservation", name="reservation_of_day")]
