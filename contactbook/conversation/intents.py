"""What a parent may want of the contact book: the names other programs rely on."""

from enum import StrEnum


class Intent(StrEnum):
    """A wrong `STOP`, `ABSENCE` or `MEDICINE` does harm; a needless `HUMAN` costs a minute."""

    TODAY = "today"  # a day's entry: meals, sleep, mood
    WEEK = "week"
    HEALTH = "health"  # weight and height
    ATTENDANCE = "attendance"
    ABSENCE = "absence"
    MEDICINE = "medicine"
    ASK_TEACHER = "ask_teacher"
    PLAN = "plan"  # fees and subscription
    WHICH_CHILD = "which_child"
    LANGUAGE = "language"
    HOURS = "hours"  # when messages may come
    STOP = "stop"
    RESUME = "resume"
    HELP = "help"
    HUMAN = "human"  # what only a person can answer, and whatever is not clear
