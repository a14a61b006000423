"""Tokens of people who have a second factor, as everybody has who comes to one by the page."""

from itertools import count

from api import tokens
from api.models import Token
from people import demo
from people.models import User

numbers = count(1)


def make_token(person: User, *scopes: str, **fields) -> tuple[Token, str]:
    if not demo.has_secret(person):
        demo.give_secret(person)
    return tokens.make(person, **{"name": f"Program {next(numbers)}", "scopes": scopes, "by": person, **fields})
