"""CONTACTBOOK_*: what an operator may set; read once at start, passed on, never imported."""

from datetime import time, timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DATABASES = ("postgresql://", "postgresql+psycopg://")
QUEUES = ("redis://", "rediss://", "redis+socket://", "sentinel://")  # as Celery reads them


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CONTACTBOOK_", env_file=".env", extra="ignore", frozen=True
    )

    secret_key: SecretStr = Field(
        min_length=32,
        description="Signs forms and wraps the keys under which personal text is sealed. Keep it: "
        "without it sealed text is gone.",
    )
    database_url: str = Field(
        "",
        description="PostgreSQL 18 or later, postgresql+psycopg://…; empty: the embedded server.",
    )
    redis_url: str = Field("", description="Redis 6.2 or later; empty: the embedded server.")
    data_dir: Path | None = Field(
        None, description="Where the embedded servers keep their data; the same as --data-dir."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="How browsers and providers reach this server."
    )
    undo: timedelta = Field(
        timedelta(seconds=60), description="How long a teacher may take a routine update back."
    )
    quiet_from: time = Field(time(21), description="Routine messages stop leaving, Vietnam time.")
    quiet_until: time = Field(time(7), description="Routine messages leave again, Vietnam time.")
    lease: timedelta = Field(
        timedelta(minutes=2), description="A claim older than this belongs to a dead worker."
    )
    window: int = Field(
        64, ge=1, le=64, description="Messages in flight per worker: what we doubt if it dies."
    )
    chunk: int = Field(300, ge=1, le=5_000, description="Deliveries one claim takes.")
    attempts: int = Field(8, ge=1, le=50, description="Tries on one channel before the next one.")
    receipt_wait: timedelta = Field(
        timedelta(hours=2),
        description="A channel that reports arrival and did not: the next one is tried after this.",
    )
    urgent_wait: timedelta = Field(
        timedelta(seconds=30), description="The same for urgent messages, and for unknown outcomes."
    )
    sweep: timedelta = Field(
        timedelta(seconds=1), description="How often the timetable drains every channel anyway."
    )
    session_life: timedelta = Field(
        timedelta(hours=12), description="A member of staff signs in again after this."
    )
    secure_cookies: bool = Field(
        default=False, description="Send cookies over HTTPS only. Turn on wherever there is HTTPS."
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        if url and not url.startswith(DATABASES):
            raise ValueError(
                "this is no address of a PostgreSQL database, which looks like "
                "postgresql+psycopg://user:password@host/name"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if url and not url.startswith(QUEUES):
            raise ValueError("this is no address of a Redis, which looks like redis://host:6379/0")
        return url
