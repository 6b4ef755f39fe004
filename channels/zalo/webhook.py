"""Zalo's webhook: is it Zalo's, is it about this Official Account, and what does it say.

The mac is a plain SHA-256 over the bytes exactly as they came. Which of two secrets signs is told
differently by different documents, so several are tried. Source: reference/zalo.md section 11.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from channels.accounts import ZaloAccount
from channels.http import json_object, named
from channels.zalo.events import heard
from contactbook.ports.channel import Callback, Forged, Incoming, Receipt

log = structlog.get_logger()
ZBS = "zns"  # what X-ZEvent-Server says of templates; the old name stayed
# News of the account itself: no person's, so they are for whoever watches the log.
NEWS = {
    "change_template_status": "a template's status changed",
    "change_template_quality": "a template's quality changed",
    "change_oa_daily_quota": "the daily quota changed",
}
FACTS = {"template_id", "reason"} | {
    f"{when}_{what}" for when in ("prev", "new") for what in ("status", "quality", "value")
}
SHORT = 200  # characters of a reason that are worth a line in the log


class Webhook:
    def __init__(self, account: ZaloAccount) -> None:
        self._app_id, self._oa_id = account.app_id, account.oa_id
        given = [*account.webhook_secrets, *([account.app_secret] if account.app_secret else [])]
        self._secrets = [secret.get_secret_value().encode() for secret in given]
        self._matched: int | None = None  # which of them signed last
        self.hears = bool(self._secrets)  # unsigned, a webhook is not believed

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """Raises Forged. A repeat has the `provider_id` of the first; echoes say nothing."""
        event = json_object(callback.body)
        if event is None or not self._signed(callback, event):
            raise Forged("Zalo webhook without Zalo's signature")
        name = event.get("event_name")
        if not self._ours(event):
            log.warning("zalo webhook about another official account", event_name=named(name))
            return []
        if isinstance(name, str) and name in NEWS:
            log.warning("zalo account news", news=NEWS[name], **_news(event))
            return []
        return heard(event, template=callback.headers.get("x-zevent-server", "").lower() == ZBS)

    def _signed(self, callback: Callback, event: Mapping[str, Any]) -> bool:
        """SHA-256(app id + raw body + timestamp + secret); the app must be ours, twice."""
        given = callback.headers.get("x-zevent-signature", "").strip().lower().removeprefix("mac=")
        mac = given.encode("utf-8", "surrogatepass")
        said_at = str(event.get("timestamp", "")).encode("utf-8", "surrogatepass")
        head = self._app_id.encode() + callback.body + said_at
        fits = [
            hmac.compare_digest(hashlib.sha256(head + secret).hexdigest().encode(), mac)
            for secret in self._secrets
        ]
        if not any(fits) or not self._app_id or named(event.get("app_id")) != self._app_id:
            return False
        if (which := fits.index(True)) != self._matched:  # worth a line once: documents disagree
            self._matched = which
            log.info("zalo webhooks are signed", with_secret=which)
        return True

    def _ours(self, event: Mapping[str, Any]) -> bool:
        """Whether it is about our OA, as far as either side knows which one that is."""
        told = {named(event.get(name)) for name in ("oa_id", "oaId")}
        ends = [event.get(end) for end in ("sender", "recipient")]
        told |= {named(end.get("id")) for end in ends if isinstance(end, dict)}
        return not self._oa_id or not told - {""} or self._oa_id in told


def _news(event: Mapping[str, Any]) -> dict[str, str]:
    """The facts of a change: ids, states and figures, none of them a person's."""
    flat = {**event, **_object(event.get("status")), **_object(event.get("quota"))}
    return {name: str(flat[name])[:SHORT] for name in sorted(FACTS) if name in flat}


def _object(part: object) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}
