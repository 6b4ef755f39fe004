"""A message as e-mail: the HTML beside the text, from the folder that bears the message's name."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def page(name: str) -> Template:
    folder = PackageLoader("contactbook", "emails")
    letters = Environment(loader=folder, autoescape=True, undefined=StrictUndefined)
    return letters.get_template(f"{name}/body.html")


def letter(name: str, **facts: object) -> str:
    """The HTML part of `emails/<name>/`: the same facts as its text, escaped."""
    return page(name).render(facts)
