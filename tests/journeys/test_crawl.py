"""Every link that somebody can follow from the front page leads somewhere."""

from collections import deque
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Error

pytestmark = pytest.mark.journey
NOT_FOLLOWED = ("/admin/", "/account/logout/", "/documents/")  # another project's screens; the way out
FILES = ("/pdf/", "/csv/", "/xlsx/", "/download/", "/api/schema/")
LINKS = """() => [...document.querySelectorAll("a[href], form[method=get][action]")]
  .map((each) => each.href || each.action).filter((address) => address.startsWith("http"))"""
TARGETS = """() => [...document.querySelectorAll("a[href^='#']")]
  .map((each) => each.getAttribute("href").slice(1)).filter((id) => id && !document.getElementById(id))"""
OUTSIDE = """() => [...document.querySelectorAll("[src], link[href], [srcset], object[data]")]
  .map((each) => each.src || each.href || each.data).filter((address) => address && !address.startsWith(location.origin))
  .filter((address) => !address.startsWith("data:"))"""
MOST = 120  # pages of one person


def crawl(page, start):
    """Follows links within the house, each address once, and hands back what is wrong."""
    house = urlsplit(page.context.pages[0].url or start).netloc
    waiting, met, faults = deque([start]), {start}, []
    while waiting and len(met) < MOST:
        address = waiting.popleft()
        faults += visit(page, address)
        if page.url == "about:blank" or page.locator("h1").count() == 0:
            continue
        faults += [f"{address} leads to #{each} on the same page, which is not there" for each in page.evaluate(TARGETS)]
        faults += [f"{address} takes {each} from elsewhere" for each in page.evaluate(OUTSIDE)]
        for link in {once(found) for found in page.evaluate(LINKS)}:
            path = urlsplit(link).path
            if urlsplit(link).netloc == house and link not in met and not path.startswith(NOT_FOLLOWED):
                met.add(link)
                waiting.append(link)
    return met, faults


def once(address):
    """Without the place on the page, and without where to go afterwards."""
    return urldefrag(address).url.partition("?next=")[0]


def visit(page, address):
    path = urlsplit(address).path
    if path.endswith(FILES):
        status = page.request.get(address).status
        page.goto("about:blank")
        return [f"{address} says {status}"] if status >= 400 else []
    try:
        status = page.goto(address).status
    except Error as error:  # a file after all
        return [f"{address}: {error.message}"]
    return [f"{address} says {status}"] if status >= 400 else []


@pytest.mark.parametrize("who", ["nobody", "lee", "ed", "val", "adi", "ana", "mo"])
def test_no_link_leads_nowhere(device, platform, signed_in, who):
    page = device("desk", state=None if who == "nobody" else signed_in(who))
    page.goto("/")
    met, faults = crawl(page, f"{platform.url}/")
    assert not faults, "\n" + "\n".join(faults)
    assert 15 < len(met) < MOST, met
