import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0001_token'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('credential', models.CharField(help_text='A keyed digest of the person or the token.', max_length=64)),
                ('request', models.CharField(help_text='A keyed digest of method, path and body.', max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('made', models.UUIDField(help_text='The key of what was made or done. Null only while it is being done.', null=True)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('credential'), models.F('key'), name='a_key_is_used_once_by_a_credential')],
            },
        ),
    ]
