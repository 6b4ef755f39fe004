"""Telegram: the school's bot, through python-telegram-bot."""
