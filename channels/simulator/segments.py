"""What a text costs as SMS, counted as the carriers count (3GPP TS 23.038, 23.040)."""

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = set("^{}\\[~]|€\f")  # an escape and the character: two septets, never parted
GSM_ALONE, GSM_CHAINED = 160, 153
UCS2_ALONE, UCS2_CHAINED = 70, 67
ASTRAL = 0xFFFF  # above it a character is two UTF-16 units, never parted


def is_gsm(text: str) -> bool:
    return all(letter in BASIC or letter in EXTENDED for letter in text)


def segments(text: str, *, unicode: bool) -> int:
    """Billed parts of `text`, sent in the 16-bit alphabet or in the 7-bit one."""
    if unicode:
        sizes = [2 if ord(letter) > ASTRAL else 1 for letter in text]
        return _parts(sizes, UCS2_ALONE, UCS2_CHAINED)
    sizes = [2 if letter in EXTENDED else 1 for letter in text]
    return _parts(sizes, GSM_ALONE, GSM_CHAINED)


def as_shown(text: str) -> str:
    """A text sent in the 7-bit alphabet, as the phone shows it: what it lacks becomes "?"."""
    return "".join(letter if letter in BASIC or letter in EXTENDED else "?" for letter in text)


def _parts(sizes: list[int], alone: int, chained: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, chained
    for size in sizes:
        if size > room:
            parts, room = parts + 1, chained
        room -= size
    return parts
