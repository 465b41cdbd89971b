from django.db import migrations, models

NUMBER_RUNS = """
    UPDATE chat_run SET number = (
        SELECT COUNT(*) FROM chat_run AS other
        WHERE other.conversation_id = chat_run.conversation_id
        AND (other.created < chat_run.created OR (other.created = chat_run.created AND other.id <= chat_run.id))
    )
"""
NUMBER_QUESTIONS = """
    UPDATE chat_message SET number = COALESCE(
        (SELECT 2 * MIN(chat_run.number) - 1 FROM chat_run WHERE chat_run.question_id = chat_message.id), 0
    ) WHERE role = 'user'
"""
NUMBER_ANSWERS = """
    UPDATE chat_message SET number = COALESCE(
        (SELECT 2 * chat_run.number FROM chat_run WHERE chat_run.answer_id = chat_message.id), 0
    ) WHERE role = 'assistant'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0002_archive_feedback_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="number",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(
            [NUMBER_RUNS, NUMBER_QUESTIONS, NUMBER_ANSWERS],
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterModelOptions(
            name="message",
            options={"ordering": ["conversation_id", "number"]},
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="chat_messag_convers_d116fc_idx",
        ),
        migrations.RemoveIndex(
            model_name="run",
            name="chat_run_convers_baffad_idx",
        ),
        migrations.RemoveIndex(
            model_name="run",
            name="unfinished_by_conversation",
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["conversation", "number"], name="chat_messag_convers_8e9e44_idx"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=["conversation", "number"],
                name="unfinished_by_conversation",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("conversation", "number"), name="one_run_per_place"),
        ),
    ]
