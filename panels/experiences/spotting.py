"""What might give somebody away, and what may speak of danger, a crime or a complaint: found to be looked at by a person.

This raises and never decides. It finds what has a shape, and misses what only a neighbour would recognise: whoever reads
finds the rest. Nothing leaves the machine, and nothing that was found is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from panels.models import Experience

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Find = tuple[int, int]


@dataclass(frozen=True)
class Kind:
    """What was found, in words, and what can stand in its place."""

    name: StrOrPromise
    instead: StrOrPromise


@dataclass(frozen=True)
class Mark:
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; without a kind it is as good as any other."""

    text: str
    kind: Kind | None = None


NHS = Kind(_("an NHS number"), _("[number]"))
NI = Kind(_("a National Insurance number"), _("[number]"))
ACCOUNT = Kind(_("a sort code, or a long number"), _("[number]"))
CAR = Kind(_("a car’s number plate"), _("[number plate]"))
PHONE = Kind(_("a phone number"), _("[phone number]"))
EMAIL = Kind(_("an email address"), _("[email address]"))
WEB = Kind(_("an address on the web"), _("[web address]"))
POSTCODE = Kind(_("a postcode"), _("[place]"))
PLACE = Kind(_("the name of a place"), _("[place]"))
NAME = Kind(_("a name"), _("[name]"))
DATE = Kind(_("a date"), _("[date]"))
TIME = Kind(_("a time of day"), _("[time]"))
AGE = Kind(_("an age"), _("[age]"))

BLANK = "\0"  # no letter, no digit and no space: no shape goes across it

# Numbers ------------------------------------------------------------------------------------------

NHS_SHAPE = re.compile(r"(?<![\d+])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
# HMRC, NIM39110: D, F, I, Q, U and V stand in no prefix, O not second, and some pairs are not given out.
NI_SHAPE = re.compile(
    r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE
)
SORT_CODE = re.compile(r"(?<![\d£.,-])\d{2}-\d{2}-\d{2}(?![\d-])|(?i:\bsort code\W{1,4})(?P<it>\d{2}[ -]?\d{2}[ -]?\d{2})\b")
LONG_NUMBER = re.compile(r"(?<![\w£.,])[A-Z]{0,3}\d{6,16}(?![\w]|[.,]\d)")
PHONE_SHAPE = re.compile(r"(?<![\w+])(?:(?:\+|00)[1-9](?:[ ()-]{0,2}\d){8,13}|\(?0(?:[ ()-]{0,2}\d){9,10})(?![\w-])")
CURRENT_PLATE = re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b")  # since 2001
OLDER_PLATE = re.compile(r"\b(?:[A-Z]\d{2,3} ?[A-Z]{3}|[A-Z]{3} ?\d{2,3}[A-Z])\b")


def nhs_number(typed: str) -> bool:
    """Whether the check digit is right: modulus 11, weights 10 to 2 (NHS Data Dictionary, NHS NUMBER)."""
    digits = [int(digit) for digit in typed if digit.isdigit()]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == digits[9] and check != 10


# Addresses ----------------------------------------------------------------------------------------

# Every repeat has its most, and begins where a run of its letters does: a long text of nothing but dots costs no time.
EMAIL_SHAPE = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
ENDINGS = r"(?:co\.uk|org\.uk|nhs\.uk|gov\.uk|ac\.uk|com|org|net|uk|info|me)"
WEB_SHAPE = re.compile(
    rf"(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)’”\"']|(?<![\w.@-])[a-z0-9][\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{0,5}}\.{ENDINGS}\b(?:/[^\s<>]*[^\s<>.,;:!?)])?",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w@.])@\w{3,}")
AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY "
    "HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL "
    "PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
# Inward codes have no C, I, K, M, O or V (Royal Mail, Programmers' Guide to PAF).
POSTCODE_SHAPE = re.compile(rf"\b(?:{AREAS.replace(' ', '|')})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{{2}}\b", re.IGNORECASE)
ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")  # “the M1 2nd exit”

# Days, times and ages -----------------------------------------------------------------------------

DAY, MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
TH = r"(?:st|nd|rd|th)?"
NAMED = (
    r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|april?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)|Mar(?:ch)?|May|MARCH|MAY)"  # in small letters these two are verbs more often
)
DATE_SHAPES = [
    re.compile(rf"(?<![\d£./-]){DAY}([/.-]){MONTH}\1(?:\d{{4}}|\d{{2}})(?![\d-])"),
    re.compile(rf"\b\d{{4}}-{MONTH}-{DAY}\b"),
    re.compile(rf"(?<![\d£.]){DAY}{TH}(?: of)? {NAMED}\b(?:,? \d{{4}}\b)?"),
    re.compile(rf"\b{NAMED} (?:the )?{DAY}{TH}(?![\d:%])(?:,? \d{{4}}\b)?"),
    re.compile(rf"(?<=\bon the ){DAY}(?:st|nd|rd|th)\b(?! (?:floor|day|time|attempt|visit|try|occasion|ward|page|of the list))"),
]
HOURS = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
TIME_SHAPE = re.compile(
    rf"(?<![\d£.:])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)(?: ?[ap]\.?m\b\.?)?"
    rf"|(?<![\d£.:])\d{{1,2}}(?:\.[0-5]\d)? ?[ap]\.?m\b\.?"
    rf"|(?<=\bat )\d{{1,2}}\.[0-5]\d(?![\d%])"
    rf"|\b(?:half past|quarter past|quarter to) {HOURS}\b|\b{HOURS} o[’']?clock\b",
    re.IGNORECASE,
)
WHO = r"(?:I|[Hh]e|[Ss]he|[Tt]hey)"
UNITS = (
    r"(?:%|per\b|of\b|out\b|in\b|or\b|to\b|st\b|th\b|foot|feet|inch|miles?|metres?|stone|kilos?|pounds?|minutes?|mins?|hours?|hrs?|"
    r"days?|weeks?|months?|years? (?!old)|people|times?|places?|points?|pence|degrees?|[.,:/]\d)"
)
AGE_SHAPES = [
    re.compile(r"\b\d{1,3}[ -](?:year|yr|month|week)s?[ -]old\b|\b\d{1,3} ?y/?o\b", re.IGNORECASE),
    re.compile(r"\b(?:aged|age of|at age) (?P<it>\d{1,3})\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:{WHO} (?:am|is|are|was|were|turned|have turned|has turned)|I[’']m|[Hh]e[’']s|[Ss]he[’']s|[Tt]hey[’']re) "
        rf"(?:only |just |nearly |now )?(?P<it>\d{{1,3}})(?!\d| ?-? ?{UNITS})\b"
    ),
]

# Names --------------------------------------------------------------------------------------------

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĪĮİŁŃŇŌŐŘŚŞŠŤŪŮŰŹŻŽ"
WORD = rf"[{UPPER}][\w’'-]{{1,40}}"
TITLES = (
    "Mrs?|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Consultant|Surgeon|Nurse|Sister|Matron|Midwife|Sir|Dame|Lady|Lord|Rev|Reverend|"
    "Father|Imam|Rabbi|Pastor|Pandit|PC|DC|Constable|Sergeant|Inspector|Cllr|Councillor|Auntie|Aunt|Uncle|Judge"
)
NEAR = (
    "son|daughter|child|kid|baby|husband|wife|partner|boyfriend|girlfriend|friend|mate|sister|brother|mum|mother|dad|father|"
    "nan|gran|grandma|grandad|niece|nephew|cousin|carer|neighbour|manager|teacher|doctor|nurse|midwife|consultant|therapist|"
    "counsellor|psychiatrist|surgeon|receptionist|interpreter|support worker|social worker|key worker"
)
BEGINNINGS = (
    "A An And As At Because But By Did Do Does Every Few For From Had Has Have He Her Here His How I If In Is It Its Just Many "
    "Me More Most My No Nobody Not Now Of On Once One Or Our Over She So Some Than That The Their Them Then There These They "
    "This Those Though To Too Two Was We Were What When Where Which While Who Why Will With Would You Your"
)
NO_NAME = frozenset(BEGINNINGS.split())
TITLED = re.compile(rf"\b(?:{TITLES})\.? (?:[{UPPER}]\.? )?(?P<name>{WORD}(?: {WORD})?)")
CALLED = re.compile(
    rf"\b(?:my|our|the|a|his|her|their) (?:{NEAR}),? (?P<it>{WORD}(?: {WORD})?)"
    rf"|\b(?:called|named|name is|name was|name’s|name's) (?P<other>{WORD}(?: {WORD})?)"
)
SITES = (
    "Hospital|Infirmary|Clinic|Surgery|Hospice|Medical Centre|Health Centre|Treatment Centre|Community Centre|Day Centre|"
    "Practice|Ward|Unit|School|Academy|College|University|Nursery|Care Home|Nursing Home|Children[’']s Home|Library|Church|"
    "Mosque|Temple|Synagogue|Gurdwara|Prison|Police Station|Job ?centre|Pharmacy|Chemist|Street|Road|Avenue|Lane|Close|"
    "Crescent|Terrace|Court|House|Drive|Trust|Council|Station"
)
SITE = re.compile(rf"\b{WORD}(?:(?: (?:of|the|and|upon|St\.?|&))* {WORD}){{0,5}}?(?:(?: (?:of|the|and|&))* (?:{SITES}))+\b")
OF_SITE = re.compile(rf"\b(?:University|College|School|Hospital|Church|House) of (?:the )?{WORD}(?: {WORD})?")
WARD = re.compile(r"\b(?:[Ww]ard|[Bb]ay|[Rr]oom|[Cc]linic|[Cc]ourtroom) (?:\d+[A-Z]?|[A-Z]\d*)\b")
HOUSE = re.compile(
    rf"\b\d{{1,4}}[A-Za-z]? {WORD}(?: {WORD})? (?:Street|St|Road|Rd|Avenue|Ave|Lane|Close|Crescent|Terrace|Court|Drive)\b"
)
# What sorts of places are called; one of these before “Hospital” or “School” names none.
COMMON = (
    "Primary Secondary High Junior Infant Grammar Sixth Form Special General Community District Local Day Night Emergency "
    "Children’s Children's Mental Health Intensive Care Stroke Maternity Walk-in Urgent Outpatient Outpatients Private Public "
    "NHS GP Sexual Gender Medical Treatment City Town County Borough Police Bus Train Tram Railway Nursing Housing Youth Adult "
    "Psychiatric Surgical Eye Dental Foundation Accident A&E Assessment"
)
SORTS = NO_NAME | set(COMMON.split())


def in_name(found: re.Match[str]) -> Iterator[Find]:
    """A name after a title or a relation, without the word that begins the next thought."""
    group = next(name for name, text in found.groupdict().items() if text)
    words = found[group].split()
    while words and words[-1].strip("’'") in NO_NAME:
        words.pop()
    if words:
        begins = found.start(group) if group != "name" else found.start()
        yield begins, found.start(group) + len(" ".join(words))


def in_site(found: re.Match[str]) -> Iterator[Find]:
    """A place by its name: “Mill Lane School”, and neither “The School” nor “High School”."""
    words = found[0].split(" ")
    while words and words[0] in NO_NAME:
        words.pop(0)
    if any(word not in SORTS and not re.fullmatch(SITES, word) and word[0].isupper() for word in words):
        yield found.end() - len(" ".join(words)), found.end()


def _shapes() -> Iterator[tuple[Kind, re.Pattern[str]]]:
    """The first that finds something keeps it."""
    yield EMAIL, EMAIL_SHAPE
    yield WEB, WEB_SHAPE
    yield WEB, HANDLE
    yield NHS, NHS_SHAPE
    yield NI, NI_SHAPE
    yield from ((DATE, shape) for shape in DATE_SHAPES)
    yield PHONE, PHONE_SHAPE
    yield ACCOUNT, SORT_CODE
    yield ACCOUNT, LONG_NUMBER
    yield POSTCODE, POSTCODE_SHAPE
    yield CAR, CURRENT_PLATE
    yield CAR, OLDER_PLATE
    yield TIME, TIME_SHAPE
    yield from ((AGE, shape) for shape in AGE_SHAPES)
    yield NAME, TITLED
    yield from ((PLACE, shape) for shape in [HOUSE, SITE, OF_SITE, WARD])
    yield NAME, CALLED


def _found(shape: re.Pattern[str], text: str) -> Iterator[Find]:
    for found in shape.finditer(text):
        if shape in (TITLED, CALLED):
            yield from in_name(found)
        elif shape is SITE:
            yield from in_site(found)
        elif not _is_harmless(shape, found[0]):
            yield found.span("it") if found.groupdict().get("it") else found.span()


def _is_harmless(shape: re.Pattern[str], text: str) -> bool:
    return (shape is NHS_SHAPE and not nhs_number(text)) or (shape is POSTCODE_SHAPE and bool(ORDINAL.search(text)))


def spot(text: str) -> list[Mark]:
    """What might give somebody away, in the order of the text. No two overlap: what is found is blanked for the next shape."""
    marks: list[Mark] = []
    left = text
    for kind, shape in _shapes():
        for start, end in list(_found(shape, left)):
            marks.append(Mark(start, end, kind))
            left = left[:start] + BLANK * (end - start) + left[end:]
    return sorted(marks, key=lambda mark: mark.start)


def pieces(text: str) -> list[Piece]:
    """The whole text, cut where something begins or ends that was found."""
    cut, at = [], 0
    for mark in spot(text):
        cut += [Piece(text[at : mark.start]), Piece(text[mark.start : mark.end], mark.kind)]
        at = mark.end
    return [piece for piece in [*cut, Piece(text[at:])] if piece.text]


def put_in_place(text: str) -> str:
    """With “[name]”, “[place]” and so on for what was found."""
    return "".join(str(piece.kind.instead) if piece.kind else piece.text for piece in pieces(text))


# What may be more than a story ---------------------------------------------------------------------

Concern = Experience.Concern
SELF = r"(?:myself|himself|herself|themselves|themself|themselfs)"
THEM = r"(?:me|us|him|her|them|my \w+|our \w+)"
WORRIES = {
    Concern.DANGER: [
        rf"suicid\w*|kill(?:ed|ing)? {SELF}|end (?:my|his|her|their|it) (?:life|all)",
        r"tak(?:e|en|ing) (?:my|his|her|their) own life|want(?:ed|s|ing)? to (?:die|be dead)",
        r"(?:don[’']?t|do not|didn[’']?t|did not) want to (?:live|be here|wake up)",
        rf"self[ -]?harm\w*|(?:cut|cuts|cutting|hurt|hurts|hurting|burn(?:ed|t|ing)?) {SELF}|overdos\w+",
        rf"(?:he|she|they|who) (?:hits?|beats?|hurts?|strangled?|strangles|choked?|chokes|burns|burned) {THEM}",
        r"beat(?:s|en|ing)? (?:me|him|her|them) up|not safe (?:at home|here)",
        r"abus(?:e[ds]?|ing|ive|er)|neglect(?:s|ed|ing)?|traffick\w+|groom(?:ed|ing)|forced (?:marriage|to marry)|FGM",
        rf"threaten(?:s|ed|ing) (?:to|{THEM})|(?:afraid|scared|frightened) (?:of (?:him|her|them)|to go home|at home)",
        r"knife|weapon|starv(?:e|es|ed|ing)|conversion (?:practice|therapy)",
    ],
    Concern.CRIME: [
        r"rap(?:e[ds]?|ing|ist)|sexual(?:ly)? (?:assault|abus|harass|touch)\w*|assault\w*|attack(?:s|ed|ing|er)?",
        r"stole|stolen|steal(?:s|ing)?|theft|robbed|robbery|burgl\w+|fraud\w*|brib(?:e[ds]?|ery|ing)|blackmail\w*",
        rf"(?:punch|kick|slapp?|spat)(?:ed|ing)?(?: (?:at|on|in))? {THEM}|stalk(?:s|ed|ing|er)",
        rf"(?:he|she|they|who|man|woman|somebody|someone|staff) (?:hit|pushed) {THEM}",
        r"police|arrest\w*|crime|criminal\w*|illegal\w*|drug deal\w*|exploit(?:s|ed|ing|ation)",
    ],
    Concern.COMPLAINT: [
        r"complain(?:s|ed|ing|ts?)?|solicitors?|lawyers?|barristers?|tribunals?|ombudsman|coroners?|inquests?|PALS",
        r"(?:in|to|at) court(?! of)|court (?:case|hearing|order|date)|su(?:e|ed|ing) (?:the|them|him|her|my)|legal action",
        r"compensation|negligen\w+|(?:under|an|the|their|internal) (?:investigation|inquiry)|grievance",
        r"safeguarding (?:referral|enquiry)",
    ],
}
WORRY = {concern: re.compile(rf"\b(?:{'|'.join(shapes)})\b", re.IGNORECASE) for concern, shapes in WORRIES.items()}


def worries(texts: Iterable[str]) -> dict[str, list[str]]:
    """The words that may speak of each concern, each once. Where none does, it is not there."""
    whole = "\n".join(texts)
    found = {concern: _once(match[0] for match in shape.finditer(whole)) for concern, shape in WORRY.items()}
    return {concern: said for concern, said in found.items() if said}


def _once(said: Iterable[str]) -> list[str]:
    """As it was written first, whatever its capitals later."""
    known: dict[str, str] = {}
    for words in said:
        known.setdefault(words.casefold(), words)
    return list(known.values())
