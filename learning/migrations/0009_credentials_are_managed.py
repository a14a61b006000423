from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0007_definitions_of_activities"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="credential",
            options={"permissions": [("manage_credentials", "Can manage the credentials of the record store")]},
        ),
    ]
