from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0008_mentions_of_statements"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="credential",
            options={"permissions": [("manage_credentials", "Can manage the credentials of the record store")]},
        ),
    ]
