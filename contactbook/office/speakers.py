"""By which channels a school can write, as its office's pages ask for it."""

from uuid import UUID

from contactbook.parts import Parts
from contactbook.ports.channel import Channel, ChannelAdapter
from contactbook.updates.publish import Manners


def speakers(parts: Parts, _school_id: UUID) -> dict[Channel, ChannelAdapter]:
    """For each channel that the school, or this server, has an account on: who speaks there."""
    return {one: parts.adapters[one] for one in Channel if one in parts.adapters}


def manners(parts: Parts, school_id: UUID) -> Manners:
    usual = parts.settings
    channels = tuple(speakers(parts, school_id))
    return Manners(usual.undo, usual.quiet_from, usual.quiet_until, channels)
