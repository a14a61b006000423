"""What might give somebody away is raised, and what is like it by chance mostly is not."""

import itertools

import pytest

from panels.experiences import spotting
from panels.experiences.spotting import (
    ACCOUNT,
    AGE,
    CAR,
    DATE,
    EMAIL,
    NAME,
    NHS,
    NI,
    PHONE,
    PLACE,
    POSTCODE,
    TIME,
    WEB,
)
from panels.models import Experience

Concern = Experience.Concern

# Numbers that are nobody's: Ofcom keeps 0161 496 and 07700 900 free for drama.
RAISED = [
    ("My number is 943 476 5919.", NHS, "943 476 5919"),
    ("NHS no 9434765919 on the letter", NHS, "9434765919"),
    ("It said 943-476-5919", NHS, "943-476-5919"),
    ("They asked for AB 12 34 56 C.", NI, "AB 12 34 56 C"),
    ("ab123456c", NI, "ab123456c"),
    ("I live at M13 9PL now", POSTCODE, "M13 9PL"),
    ("in ol81ab", POSTCODE, "ol81ab"),
    ("near SK1 1ST", POSTCODE, "SK1 1ST"),
    ("EC1A 1BB", POSTCODE, "EC1A 1BB"),
    ("ring 0161 496 0000 and wait", PHONE, "0161 496 0000"),
    ("(0161) 496 0000", PHONE, "(0161) 496 0000"),
    ("her mobile 07700 900123.", PHONE, "07700 900123"),
    ("+44 7700 900123", PHONE, "+44 7700 900123"),
    ("0044 7700 900 123", PHONE, "0044 7700 900 123"),
    ("+353 1 496 0000", PHONE, "+353 1 496 0000"),
    ("write to rae.w@example.co.uk.", EMAIL, "rae.w@example.co.uk"),
    ("see https://example.org/ward/7.", WEB, "https://example.org/ward/7"),
    ("on www.example.com, then", WEB, "www.example.com"),
    ("the site mytrust.nhs.uk says", WEB, "mytrust.nhs.uk"),
    ("I am @rae_walks there", WEB, "@rae_walks"),
    ("on 12/03/2026 they", DATE, "12/03/2026"),
    ("on 12.3.26", DATE, "12.3.26"),
    ("2026-03-12", DATE, "2026-03-12"),
    ("on 3rd March 2026 at", DATE, "3rd March 2026"),
    ("the 14th of february", DATE, "14th of february"),
    ("May 5th was", DATE, "May 5th"),
    ("Sept 30, 2025", DATE, "Sept 30, 2025"),
    ("I went back on the 21st alone", DATE, "21st"),
    ("at 10:45 they", TIME, "10:45"),
    ("by 5pm", TIME, "5pm"),
    ("8.30 a.m. sharp", TIME, "8.30 a.m."),
    ("seen at 9.15 though", TIME, "9.15"),
    ("half past nine", TIME, "half past nine"),
    ("at 3 o’clock", TIME, "3 o’clock"),
    ("I am 47 and", AGE, "47"),
    ("I’m 16.", AGE, "16"),
    ("she was only 9 then", AGE, "9"),
    ("He turned 80 that day", AGE, "80"),
    ("my 14-year-old", AGE, "14-year-old"),
    ("a man aged 63", AGE, "63"),
    ("their reg AB12 CDE stood", CAR, "AB12 CDE"),
    ("P123 ABC", CAR, "P123 ABC"),
    ("sort code 20-45-99", ACCOUNT, "20-45-99"),
    ("sort code: 204599", ACCOUNT, "204599"),
    ("account 12345678", ACCOUNT, "12345678"),
    ("hospital number RM3123456", ACCOUNT, "RM3123456"),
    ("Mrs Okonkwo told me", NAME, "Mrs Okonkwo"),
    ("Mr. J. O’Brien", NAME, "Mr. J. O’Brien"),
    ("Mx Taylor-Reid Smith was kind", NAME, "Mx Taylor-Reid Smith"),
    ("Dr Çelik. She", NAME, "Dr Çelik"),
    ("Dr Khan He said no", NAME, "Dr Khan"),
    ("Sister Bernadette", NAME, "Sister Bernadette"),
    ("Nurse Ali on nights", NAME, "Nurse Ali"),
    ("my partner Kai came", NAME, "Kai"),
    ("a boy called Idris in", NAME, "Idris"),
    ("my name is Zadie.", NAME, "Zadie"),
    ("at Mill Lane School in", PLACE, "Mill Lane School"),
    ("in Weaver Valley General Hospital", PLACE, "Weaver Valley General Hospital"),
    ("The Lantern Clinic said", PLACE, "Lantern Clinic"),
    ("St Jude’s Hospice", PLACE, "St Jude’s Hospice"),
    ("the University of Weaverham", PLACE, "University of Weaverham"),
    ("on ward 7B.", PLACE, "ward 7B"),
    ("12 Canal Street", PLACE, "12 Canal Street"),
    ("Weaver Police Station", PLACE, "Weaver Police Station"),
]


@pytest.mark.parametrize(("text", "kind", "found"), RAISED, ids=[found for _text, _kind, found in RAISED])
def test_it_is_raised(text, kind, found):
    assert [(mark.kind, text[mark.start : mark.end]) for mark in spotting.spot(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nobody listened. I waited an hour and went home.",
        "943 476 5918 was the ticket",  # the check digit is wrong
        "I rang 999, then 111 and 101.",
        "It cost £12.50, then £1,200 and £250000.",
        "A 24/7 line, 50/50, and 3/4 of them",
        "There were 10 of us in 2026.",
        "Take the M1 2nd exit, then the M60.",
        "Vitamin B12 3mg",
        "I may go. March on. It may 5 times.",
        "in March, or in summer 2026",
        "on the 2nd floor, on the 3rd attempt",
        "the 1st time",
        "I waited 45 minutes. It was 30 miles. I was 20 minutes late.",
        "I was 1 of many, and she is 5 foot tall",
        "They were 100% sure, and 2.30 hours passed",
        "I am here. I am 2nd on the list.",
        "The nurse was kind and the sister laughed. Nurse! The doctor came.",
        "I miss The Old days",  # a title in small letters is none
        "my mum said, my partner came, a friend I trust",
        "The Hospital was full. At School they laughed. My GP Surgery closed.",
        "a High School, the Primary School, our Community Centre",
        "I was called a liar. He called The ward.",
        "room for all, and a ward round",
        "He shouted. They.left",
        "The PE kit, the BBC and the DWP",
    ],
)
def test_what_is_like_it_by_chance_is_left_alone(text):
    assert [text[mark.start : mark.end] for mark in spotting.spot(text)] == []


LETTER = "On 3 March Dr Khan of Mill Lane Surgery rang 07700 900123 for my son Kai, aged 9.\n\nHe never wrote."


def test_all_of_a_text_is_found_in_its_order():
    assert [mark.kind for mark in spotting.spot(LETTER)] == [DATE, NAME, PLACE, PHONE, NAME, AGE]


def test_its_pieces_are_the_whole_text():
    assert "".join(piece.text for piece in spotting.pieces(LETTER)) == LETTER
    assert spotting.pieces("") == []


def test_words_that_say_what_stood_there_are_put_in_its_place():
    put = "On [date] [name] of [place] rang [phone number] for my son [name], aged [age].\n\nHe never wrote."
    assert spotting.put_in_place(LETTER) == put
    assert spotting.put_in_place(put) == put


@pytest.mark.parametrize("count", [1, 3])
def test_no_two_marks_overlap(count):
    text = "Write to dr.khan@example.org by 01-02-2026 10:30 at 12 Canal Street, M13 9PL. " * count
    marks = spotting.spot(text)
    assert all(one.end <= next_.start for one, next_ in itertools.pairwise(marks))
    assert len(marks) == 5 * count


@pytest.mark.parametrize(
    ("text", "concern", "said"),
    [
        ("I wanted to die that night", Concern.DANGER, "wanted to die"),
        ("he hits me when he drinks", Concern.DANGER, "he hits me"),
        ("I cut myself, and an overdose", Concern.DANGER, "cut myself"),
        ("I don’t want to be here any more", Concern.DANGER, "don’t want to be here"),
        ("they threatened to lock me in", Concern.DANGER, "threatened to"),
        ("the staff neglected her", Concern.DANGER, "neglected"),
        ("I was raped", Concern.CRIME, "raped"),
        ("a man spat at me", Concern.CRIME, "spat at me"),
        ("somebody stole my chair", Concern.CRIME, "stole"),
        ("The POLICE came", Concern.CRIME, "POLICE"),
        ("I complained to PALS", Concern.COMPLAINT, "complained"),
        ("my solicitor says", Concern.COMPLAINT, "solicitor"),
        ("we meet in court in May", Concern.COMPLAINT, "in court"),
        ("the inquest is open", Concern.COMPLAINT, "inquest"),
    ],
)
def test_words_that_may_be_more_than_a_story_are_raised(text, concern, said):
    assert said in spotting.worries([text])[concern]


@pytest.mark.parametrize(
    "text",
    [
        "I cut my hair and killed time.",
        "Grapes, scraps, and an accurate therapist.",
        "We met at the tennis court, of course.",
        "It hit me how kind she was; they beat the clock.",
        "The policy was clear, and I was not afraid to ask.",
        "A groom waited at the wedding.",
    ],
)
def test_words_that_only_look_so_are_not(text):
    assert spotting.worries([text]) == {}


def test_each_is_said_once_over_all_parts():
    found = spotting.worries(["The police came.", "The Police left, and I told the police."])
    assert found == {Concern.CRIME: ["police"]}
