"""Everything an answer depends on, as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contactbook.clock import school_day
from contactbook.conversation.known import Child, Speaker
from contactbook.conversation.reading_back import Told
from contactbook.conversation.said import Dialogue
from contactbook.ports.channel import Channel


@dataclass(frozen=True)
class Scene:
    """A linked person, what is open with her, and `look`: what may be read to her of a child."""

    speaker: Speaker
    channel: Channel
    now: datetime
    look: Callable[[Child], Told]
    dialogue: Dialogue | None = None
    chosen: UUID | None = None
    undoable: bool = False

    @property
    def today(self) -> date:
        return school_day(self.now)

    @property
    def first(self) -> Child:
        """Whom she speaks of when she does not say."""
        return self.speaker.child(self.chosen) or self.speaker.children[0]
