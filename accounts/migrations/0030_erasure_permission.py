from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_default_policies'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='user',
            options={'permissions': [('erase_user', "Can erase a user's data")]},
        ),
    ]
