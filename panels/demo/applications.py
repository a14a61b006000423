"""What two hundred invented people wrote to the campaigns: the same each time, sent one after the other while it was open.

The first dozen were written by hand, for the panel whose applications somebody will read first. The others are put together from
`panels/content/voices.yaml`: each has a life, a reason and a wish of their own, and no two are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from core import codes
from panels import recruitment
from panels.demo.pages import read
from panels.models import Answer, Application, Campaign, Question
from people.models import District, User


@dataclass(frozen=True)
class Writer:
    """Somebody invented, and what they say to the first, second and third question."""

    name: str
    district: str
    says: tuple[str, str, str]

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}.writes@people.example"

    def home(self) -> District | None:
        return District.objects.filter(name=self.district).first() or District.objects.first()


@dataclass(frozen=True)
class Voice:
    """Somebody put together from `voices.yaml`."""

    number: int
    name: str
    district: int
    says: tuple[str, str, str]

    @property
    def email(self) -> str:
        return f"applicant{self.number:03}@people.example"

    def home(self) -> District | None:
        return District.objects.all()[self.district]


BY_HAND = "disabled-people"
WRITERS = [
    Writer(
        "Robin Example",
        "Bolton",
        (
            "I use a power chair and I work nights in a bakery. Everything that is meant to help me closes at five. The repair "
            "shop is open when I am asleep. When the lift at the interchange broke I slept at work twice.\n\nPeople think "
            "access is a ramp. For me it is mostly about hours.",
            "I have kept a list for three years of every time I had to turn back, with the date and what it would have cost to "
            "fix. I would like to go through that list with somebody who plans the timetable.",
            "I am not much of a public speaker, but I am very good with lists, and I answer when I say I will.",
        ),
    ),
    Writer(
        "Amina Example",
        "Oldham",
        (
            "I look after my mother, who does not hear, and my son, who does not like telephones. So I make every call for "
            "three people. I know each waiting tune in the city-region.",
            "Let people write instead of ring. One address, answered within two days, would give me back a day each week.",
            "On our residents’ group I take the minutes, because I listen to those who speak last.",
        ),
    ),
    Writer(
        "Dewi Example",
        "Salford",
        (
            "I have had epilepsy since I was nine. I cannot drive, so buses decide where I can work and whom I can see.",
            "Tell people at the stop what the driver already knows: when it comes, and whether there is room.",
            "I volunteer at a repair café. You learn there that everybody explains the same fault in another way.",
        ),
    ),
    Writer(
        "Joy Example",
        "Manchester",
        (
            "I arrived here with two children and a letter that I could not read. A neighbour read it to me. I would like to be "
            "that neighbour to the people who write the letters.",
            "Every letter should say on its first line what I have to do and by when. The reasons can come afterwards.",
            "I speak four languages and I am patient in all of them.",
        ),
    ),
    Writer(
        "Sol Example",
        "Wigan",
        (
            "I am seventy-one and I was a joiner. When my hands went, the forms asked what I could not do. Nobody asked what I "
            "could still make.",
            "Ask people what they can do as well as what they cannot. You would plan better with the answers.",
            "I have chaired a brass band for twelve years. If you can keep a brass band together you can chair anything.",
        ),
    ),
    Writer(
        "Kim Example",
        "Stockport",
        (
            "I see with a screen reader. I can tell within a minute whether somebody who made a page has ever met anybody like "
            "me.",
            "Test with us before it is finished. Afterwards everybody is too proud to change it.",
            "I test websites for a living, so I am used to saying unwelcome things kindly.",
        ),
    ),
    Writer(
        "Tariq Example",
        "Rochdale",
        (
            "I manage a taxi office. At night our drivers are the only public transport that there is, and they hear what "
            "people would never say in a meeting.",
            "Pay for the training of drivers who take disabled passengers. At present those who do it well lose money by it.",
            "I can bring questions to forty drivers and bring back forty answers.",
        ),
    ),
    Writer(
        "Maeve Example",
        "Trafford",
        (
            "My daughter is autistic and she is the best planner I know, provided that plans are kept. Ours are changed by "
            "others, and nobody tells her.",
            "Whoever cancels an appointment should have to tell the person it was made with, in the way that they asked for.",
            "I have sat on a parents’ forum for five years and learned to wait for the quiet ones.",
        ),
    ),
    Writer(
        "Leon Example",
        "Tameside",
        (
            "After my stroke I lost words, and got most of them back. I notice now how fast everybody speaks at a counter.",
            "Give people more time, and say so on the ticket, so that they need not ask for it with the queue listening.",
            "I am slow, and I am exact. Both are useful in a meeting.",
        ),
    ),
    Writer(
        "Noa Example",
        "Bury",
        (
            "I have pain that comes and goes. On good days I am told that I look well. I would like somebody to plan for the "
            "other days.",
            "Let people book for a week and not for an hour. I never know the hour.",
            "I write a column for a small magazine and I meet every deadline, from bed if need be.",
        ),
    ),
    Writer(
        "Wren Example",
        "Manchester",
        (
            "I lived in hostels from sixteen to nineteen. Each had different rules and each thought theirs were normal.",
            "Put one person in charge of the whole move when somebody leaves care. I had eleven, and nobody had the keys.",
            "I talk to young people every week in my job. They tell me when I am wrong.",
        ),
    ),
    Writer(
        "Bo Example",
        "Salford",
        (
            "I am Deaf and British Sign Language is my first language. English is my third. Most of what you publish is in my "
            "third.",
            "Begin with film in BSL and translate it into English. You would find out how much of the English was not needed.",
            "I teach at a Deaf club, so I am used to rooms in which everybody looks at each other.",
        ),
    ),
]
FIRST_NAMES = [
    *["Ade", "Bea", "Chidi", "Dana", "Eun", "Fatou", "Gabe", "Hua", "Ines", "Jad", "Kofi", "Lowri", "Mei", "Nadia", "Oskar"],
    *["Pav", "Quin", "Ruta", "Sami", "Tess", "Ugo", "Vera", "Wafa", "Xan", "Yael", "Zain", "Anouk", "Bram", "Cleo", "Duc"],
    *["Elif", "Finn", "Gita", "Hal", "Iona", "Jude", "Kaya", "Luz", "Moss", "Nkem", "Orla", "Pilar", "Remy", "Shan", "Taj"],
]


def writers(panel: str, wanted: int, numbers: Iterator[int]) -> list[Writer | Voice]:
    """Who writes to a panel, by the name of its file: by hand where there are such, then from the voices."""
    by_hand: list[Writer | Voice] = list(WRITERS[:wanted]) if panel == BY_HAND else []
    told = read("voices")
    return by_hand + [_voice(told, panel, next(numbers)) for _place in range(wanted - len(by_hand))]


def numbers() -> Iterator[int]:
    """One for each voice, over all campaigns: it decides what they say."""
    return count(1)


def _voice(told: dict, panel: str, number: int) -> Voice:
    """Lists of different lengths, gone round at different speeds, meet in the same place seldom."""
    own = told["panels"][panel]
    rounds = number // len(own["why"])
    why = f"{_one(told['lives'], number * 7)} {_one(own['why'], number)}"
    change = f"{_one(own['change'], number + rounds)} {_one(told['tails'], number * 3 + rounds)}"
    manner = _one(told["manners"], number * 11 + rounds)
    districts = District.objects.count()
    return Voice(number, f"{_one(FIRST_NAMES, number)} Example", number % districts, (why, change, manner))


def _one(texts: list[str], number: int) -> str:
    return texts[number % len(texts)]


def send(campaign: Campaign, writer: Writer | Voice, *, is_draft: bool = False) -> Application:
    """Begun, written and sent, by the same acts as in real use."""
    person = _person(writer)
    application = recruitment.begin(campaign, by=person)
    texts = dict(_answers(campaign.questions.all(), writer))
    application = recruitment.write(application, texts, district=writer.home(), by=person)
    return application if is_draft else recruitment.submit(application, by=person)


def write_down(campaign: Campaign, writers: Iterable[Writer | Voice]) -> list[Application]:
    """What had been sent to a campaign that is over by now, in bulk: through the acts they take six seconds.

    Nobody was at a screen of ours, so there is neither news of them nor a trail; what is decided about them comes by the acts.
    """
    told = [(writer, _person(writer)) for writer in writers]
    made = Application.objects.bulk_create(
        Application(
            campaign=campaign,
            applicant=person,
            reference=codes.new(2),
            email_index=recruitment.email_index(person.email),
            district=writer.home(),
            status=Application.Status.SUBMITTED,
            submitted_at=campaign.opens_at,
        )
        for writer, person in told
    )
    questions = list(campaign.questions.all())
    pairs = zip(made, told, strict=True)
    texts = [(row, question, text) for row, (writer, _) in pairs for question, text in _answers(questions, writer)]
    Answer.objects.bulk_create(Answer(application=row, question=question, text=text) for row, question, text in texts)
    return made


def _person(writer: Writer | Voice) -> User:
    return User.objects.create_user(writer.email, display_name=writer.name)


def _answers(questions: Iterable[Question], writer: Writer | Voice) -> Iterator[tuple[Question, str]]:
    for place, question in enumerate(questions):
        yield question, writer.says[place % len(writer.says)]
