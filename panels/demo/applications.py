"""What a dozen invented people wrote to a campaign: the same each time, sent one after the other since it opened."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from core import mail
from panels import recruitment
from panels.models import Application, Campaign
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


def load(campaign: Campaign) -> list[Application]:
    """Make the applications that are missing, through the same acts as real use. Only the time of sending is ours."""
    made = [_apply(campaign, writer) for writer in WRITERS if not User.objects.filter(email=writer.email).exists()]
    step = (timezone.now() - campaign.opens_at) / (len(made) + 1)
    for place, application in enumerate(made, 1):
        sent_at = campaign.opens_at + place * step
        Application.objects.filter(pk=application.pk).update(began_at=sent_at, submitted_at=sent_at)
    mail.forget(writer.email for writer in WRITERS)  # nobody reads their mail
    return made


@transaction.atomic
def _apply(campaign: Campaign, writer: Writer) -> Application:
    person = User.objects.create_user(writer.email, display_name=writer.name)
    application = recruitment.begin(campaign, by=person)
    district = District.objects.filter(name=writer.district).first() or District.objects.first()
    questions = enumerate(campaign.questions.all())
    texts = {question: writer.says[place % len(writer.says)] for place, question in questions}
    recruitment.write(application, texts, district=district, by=person)
    return recruitment.submit(application, by=person)
