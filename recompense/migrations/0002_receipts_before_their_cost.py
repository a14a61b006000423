import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill_claims(apps, schema_editor):
    receipts = apps.get_model("recompense", "Receipt").objects
    lines = apps.get_model("recompense", "Line").objects.filter(pk=OuterRef("line"))
    receipts.update(claim=Subquery(lines.values("claim")[:1]))


class Migration(migrations.Migration):
    dependencies = [("recompense", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="claim",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="recompense.claim"
            ),
        ),
        migrations.RunPython(fill_claims, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="receipt",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="recompense.claim"
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="receipts",
                to="recompense.line",
            ),
        ),
    ]
