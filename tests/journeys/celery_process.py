"""A Celery process of the product in miniature: `python -m tests.journeys.celery_process worker`.

What it is made of comes from the environment, as with `contactbook worker`.
"""

import sys

from channels.settings import ChannelSettings
from contactbook import assembly
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from contactbook.worker import BEAT, arguments, create_worker


def main(role: str) -> None:
    settings = Settings()
    parts = assembly.build(settings, ChannelSettings(), database_url=settings.database_url)
    app = create_worker(parts, settings.redis_url)
    channels = [Channel.SMS, Channel.ZALO]
    app.start(argv=BEAT if role == "beat" else arguments(channels, chores=True))


if __name__ == "__main__":
    main(sys.argv[1])
