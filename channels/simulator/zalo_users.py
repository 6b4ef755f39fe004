"""What a customer may ask the Official Account's host: users, quota, the account, tags."""

import json
from collections.abc import Callable
from typing import Any

from channels.simulator.config import Config
from channels.simulator.state import Book
from channels.simulator.wire import Reply, Request
from channels.simulator.zalo_gate import Gate
from channels.simulator.zalo_people import People

MOST_USERS, LAST_OFFSET = 50, 9_951


class Users:
    def __init__(self, config: Config, book: Book, gate: Gate, people: People) -> None:
        self.config, self.book, self.gate, self.people = config, book, gate, people
        self.tags: dict[str, set[str]] = {}
        self.sub_quota = config.zalo_sub_quota  # free messages outside the 48 hours, this month
        self.asked: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("GET", "/v3.0/oa/user/detail"): self._detail,
            ("GET", "/v3.0/oa/user/getlist"): self._list,
            ("POST", "/v3.0/oa/quota/message"): self._quota,
            ("GET", "/v2.0/oa/getoa"): self._account,
            ("POST", "/v2.0/oa/tag/tagfollower"): self._tag,
            ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): self._untag,
            ("POST", "/v2.0/oa/tag/rmtag"): self._remove_tag,
            ("GET", "/v2.0/oa/tag/gettagsofoa"): lambda _: self.gate.ok(sorted(self.tags)),
        }

    def answer(self, request: Request) -> Reply:
        found = self.asked.get((request.method, request.path))
        return found(request) if found else Reply(404)

    def charge(self, user: str) -> tuple[str, int]:
        """What kind of quota one more message takes, or the error where none is left."""
        if self.people.in_free_window(user):
            return "reply", 0
        if self.sub_quota > 0:
            self.sub_quota -= 1
            return "sub_quota", 0
        return ("purchase_quota", 0) if self.config.zalo_purchases else ("", -211)

    def _detail(self, request: Request) -> Reply:
        user = str(_data(request).get("user_id", ""))
        if self.config.zalo_foreign_address:
            words = "Personal information is limited due to IP address not inside Vietnam"
            return self.gate.error(-501, f"{words}: {request.client[0]}")
        if not user.isdecimal() or self.people.user(user).get("unknown"):
            return self.gate.error(-201, "user_id is invalid!")
        if not self.people.follows(user):
            return self.gate.error(-213)
        tags = sorted(tag for tag, users in self.tags.items() if user in users)
        return self.gate.ok(
            {
                "user_id": user,
                "user_id_by_app": user[::-1],
                "user_external_id": "",
                "display_name": self.book.name("zalo", user),
                "user_alias": "",
                "is_sensitive": False,
                "user_last_interaction_date": f"{self.people.last_seen(user):%d/%m/%Y}",
                "user_is_follower": True,
                "avatar": "",
                "tags_and_notes_info": {"notes": [], "tag_names": tags},
                "shared_info": self.people.user(user).get("shared", {}),
            }
        )

    def _list(self, request: Request) -> Reply:
        asked = _data(request)
        offset, count = asked.get("offset", 0), asked.get("count", MOST_USERS)
        fits = isinstance(offset, int) and isinstance(count, int)
        if not fits or not 0 <= offset <= LAST_OFFSET or not 0 < count <= MOST_USERS:
            return self.gate.error(-201, "offset is invalid!")
        users = [user for channel, user in self.book.phones if channel == "zalo"]
        if "is_follower" in asked:
            wanted = str(asked["is_follower"]).lower() == "true"
            users = [user for user in users if self.people.follows(user) is wanted]
        if tag := asked.get("tag_name"):
            users = [user for user in users if user in self.tags.get(str(tag), ())]
        shown = [{"user_id": user} for user in users[offset : offset + count]]
        told = {"total": len(users), "count": len(shown), "offset": offset, "users": shown}
        return self.gate.ok(told)

    def _quota(self, request: Request) -> Reply:
        told = request.json()
        asked = told if isinstance(told, dict) else {}
        if asked.get("quota_owner") == "OA":
            asset = {"asset_id": "1", "product_type": "cs", "quota_type": "sub_quota"}
            left = {"total": str(self.config.zalo_sub_quota), "remain": str(self.sub_quota)}
            return self.gate.ok([{**asset, "valid_through": "2026-12-31", **left}])
        last = self.people.last_seen(str(asked.get("user_id", "")))
        return self.gate.ok({"last_interaction": str(int(last.timestamp() * 1000))})

    def _account(self, _: Request) -> Reply:
        return self.gate.ok(
            {
                "oaid": self.config.zalo_oa_id,
                "name": "Trường Mầm non Hoa Mai",
                "is_verified": True,
                "oa_type": "4",
                "num_follower": sum(key[0] == "zalo" for key in self.book.phones),
                "package_name": "Comprehensive",
                "package_valid_through_date": "31/12/2026",
                "linked_ZCA": "ZCA1",
            }
        )

    def _tag(self, request: Request) -> Reply:
        user, tag = _tagged(request)
        if not user.isdecimal() or not tag:
            return self.gate.error(-201, "tag_name is invalid!")
        self.tags.setdefault(tag, set()).add(user)
        return self.gate.ok({})

    def _untag(self, request: Request) -> Reply:
        user, tag = _tagged(request)
        self.tags.get(tag, set()).discard(user)
        return self.gate.ok({})

    def _remove_tag(self, request: Request) -> Reply:
        self.tags.pop(_tagged(request)[1], None)
        return self.gate.ok({})


def _tagged(request: Request) -> tuple[str, str]:
    told = request.json()
    asked = told if isinstance(told, dict) else {}
    return str(asked.get("user_id", "")), str(asked.get("tag_name", ""))


def _data(request: Request) -> dict[str, Any]:
    """The one parameter of Zalo's GET calls: `data`, JSON in the address."""
    try:
        found = json.loads(request.query.get("data", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
