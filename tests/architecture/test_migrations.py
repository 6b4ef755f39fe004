"""The migrations make what the models say, and there is one way to the newest step."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from contactbook.tables import metadata, migrate, of_the_model


def include(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return of_the_model(thing, name, kind)


def test_migrations_make_what_the_models_say(template: Engine) -> None:
    with template.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": include, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_there_is_one_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", "contactbook:migrations")
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrating_twice_changes_nothing(template: Engine) -> None:
    def tables() -> int:
        with template.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM pg_class")) or 0

    before = tables()
    migrate(template)
    assert tables() == before > 100
