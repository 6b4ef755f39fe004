"""By which channels a school can write, as its office's pages ask for it."""

from uuid import UUID

from contactbook.parts import Parts
from contactbook.ports.channel import Channel, ChannelAdapter
from contactbook.updates.publish import Manners


def speakers(parts: Parts, school_id: UUID) -> dict[Channel, ChannelAdapter]:
    """For each channel that the school, or this server, has an account on: who speaks there."""
    found = {one: parts.accounts.of_school(school_id, one) for one in Channel}
    return {channel: accounts[0].adapter for channel, accounts in found.items() if accounts}


def manners(parts: Parts, school_id: UUID) -> Manners:
    usual = parts.settings
    channels = tuple(speakers(parts, school_id))
    return Manners(usual.undo, usual.quiet_from, usual.quiet_until, channels)
