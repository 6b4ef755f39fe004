"""The processes for servers elsewhere; importing this acts, and nothing else of ours does.

    uvicorn contactbook.main:web      celery -A contactbook.main:worker worker --pool threads …

`contactbook serve` and `contactbook worker` start the same, and need no further arguments.
"""

from contactbook.app import create_app
from contactbook.assembly import build
from contactbook.machine import logs
from contactbook.machine.processes import channel_settings
from contactbook.machine.secret import settings
from contactbook.worker import create_worker

logs.configure()
known = settings()
if not (known.database_url and known.redis_url):
    raise SystemExit(
        "Set CONTACTBOOK_DATABASE_URL and CONTACTBOOK_REDIS_URL, or use `contactbook`."
    )
parts = build(known, channel_settings(), database_url=known.database_url, redis_url=known.redis_url)
worker = create_worker(parts, known.redis_url)
web = create_app(parts)
