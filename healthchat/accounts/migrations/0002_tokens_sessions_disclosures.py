import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


REFUSAL = "an audit row is not changed"
FORBID = {
    "sqlite": [
        f"""
        CREATE TRIGGER disclosure_append_only BEFORE UPDATE ON accounts_disclosure
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION disclosure_append_only() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """,
        """
        CREATE TRIGGER disclosure_append_only BEFORE UPDATE ON accounts_disclosure
        FOR EACH ROW EXECUTE FUNCTION disclosure_append_only()
        """,
    ],
}
ALLOW = {
    "sqlite": ["DROP TRIGGER disclosure_append_only"],
    "postgresql": [
        "DROP TRIGGER disclosure_append_only ON accounts_disclosure",
        "DROP FUNCTION disclosure_append_only()",
    ],
}


def forbid_changes(apps, schema_editor):
    for statement in FORBID.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, params=None)


def allow_changes(apps, schema_editor):
    for statement in ALLOW.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("scope", models.CharField(choices=[("read", "Read"), ("write", "Write")], max_length=5)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("hint", models.CharField(editable=False, max_length=12)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("last_used", models.DateField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                ("session", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("since", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signed_in",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-since"],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_by", models.CharField(max_length=150)),
                ("opened_by_id", models.IntegerField()),
                ("subject", models.CharField(max_length=80)),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disclosures",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
                "permissions": [("open_seal", "Can open a person's sealed words and values, giving a reason")],
                "indexes": [models.Index(fields=["opened_by_id", "subject", "-at"], name="disclosure_by_reader")],
            },
        ),
        migrations.RunPython(forbid_changes, allow_changes),
    ]
