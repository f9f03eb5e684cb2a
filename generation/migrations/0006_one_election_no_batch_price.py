"""What became dead: the three tables of turns, the price of batches that nobody sends, the stage that nobody asks.

Processes of before read what goes here: they are stopped before this runs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0005_elections_moved")]
    operations = [
        migrations.DeleteModel(name="Turn"),
        migrations.DeleteModel(name="Watch"),
        migrations.RemoveField(model_name="route", name="batch_percent"),
        migrations.AlterField(
            model_name="routeuse",
            name="stage",
            field=models.CharField(
                blank=True, choices=[("plan", "Plan"), ("unit", "Unit"), ("repair", "Repair")],
                help_text="Empty: all stages.", max_length=6),
        ),
    ]
