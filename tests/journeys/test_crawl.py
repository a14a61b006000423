"""Every link that somebody can follow from the front page leads somewhere, also where no script runs."""

import re
from collections import Counter, deque
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

pytestmark = [pytest.mark.journey, pytest.mark.looks]
NOT_FOLLOWED = ("/admin/", "/account/logout/", "/documents/")  # another project's screens; the way out
MOST = 400  # addresses that are asked for as one person in the demonstration: more means that a page leads on for ever
ENOUGH = 3  # addresses that differ in a key or a number alone
KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/)[0-9]{6}(?=/)|(?<=page=)[0-9]+")


def crawl(ask, start):
    """Follows links within the house, each address once; hands back what was asked for, and what is wrong.

    A list of hundreds of claims is no fault: of addresses that differ in a key or a number alone a few are asked for.
    """
    waiting, met, asked, faults, alike = deque([start]), {start}, set(), [], Counter()
    while waiting and len(asked) < MOST:
        address = waiting.popleft()
        asked.add(address)
        answer = ask(address)
        if answer.status >= 400:
            faults.append(f"{address} says {answer.status}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = BeautifulSoup(answer.text(), "html.parser")
        faults += [f"{address} leads to #{each} on the same page, which is not there" for each in lost_targets(page)]
        faults += [f"{address} takes {each} from elsewhere" for each in from_elsewhere(page, answer.url)]
        for link in links(page, answer.url) - met:
            met.add(link)
            alike[KEY.sub("", link)] += 1
            if alike[KEY.sub("", link)] <= ENOUGH:
                waiting.append(link)
    return asked, faults


def links(page, address):
    """Without the place on the page, and without where to go afterwards."""
    found = [each["href"] for each in page.select("a[href]")] + [
        each["action"] for each in page.select("form[method=get][action]")
    ]
    whole = {urldefrag(urljoin(address, each)).url.partition("?next=")[0] for each in found}
    return {each for each in whole if is_here(each, address) and not urlsplit(each).path.startswith(NOT_FOLLOWED)}


def is_here(link, address):
    return urlsplit(link)[:2] == urlsplit(address)[:2]


def lost_targets(page):
    wanted = [each["href"][1:] for each in page.select("a[href^='#']")]
    return [each for each in wanted if each and not page.find(id=each)]


def from_elsewhere(page, address):
    parts = page.select("[src], link[href], object[data]")
    taken = [urljoin(address, part.get("src") or part.get("href") or part["data"]) for part in parts]
    taken += [urljoin(address, each.split()[0]) for part in page.select("[srcset]") for each in part["srcset"].split(",")]
    return [each for each in taken if not each.startswith("data:") and not is_here(each, address)]


@pytest.mark.parametrize("who", ["nobody", "lee", "ed", "val", "adi", "ana", "mo", "kit", "uma", "cas", "pat", "fin"])
def test_no_link_leads_nowhere(device, platform, signed_in, who):
    ask = device("desk", state=None if who == "nobody" else signed_in(who)).request.get
    asked, faults = crawl(ask, f"{platform.url}/")
    assert not faults, "\n" + "\n".join(faults)
    assert 15 < len(asked) < MOST, sorted(asked)
