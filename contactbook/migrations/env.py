"""How alembic reaches our database: the connection is handed in by `contactbook.tables`."""

from alembic import context

from contactbook.tables import metadata, of_the_model


def include(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:  # noqa: FBT001 alembic calls it so
    return of_the_model(thing, name, kind)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
