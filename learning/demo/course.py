"""Pages from the readable files in `learning/content/`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from wagtail.models import Page

from learning.models import CoursePage, LearningIndexPage, ModulePage

CONTENT = Path(__file__).resolve().parent.parent / "content"
markdown = MarkdownIt("commonmark", {"html": False})


def load_index(home: Page) -> LearningIndexPage:
    """The list of courses under the home page."""
    index = LearningIndexPage.objects.child_of(home).first()
    if not index:
        index = home.add_child(
            instance=LearningIndexPage(
                title="Learning",
                slug="learning",
                show_in_menus=True,
                summary="Short modules for everyone in health and social care, with a certificate that your employer can check.",
            )
        )
    return index


def load_course(index: LearningIndexPage, folder: str = "lgbtq-inclusive-cancer-care") -> CoursePage:
    """Make or renew a course and its modules. Again: the same pages, under the same activities."""
    facts = _read(CONTENT / folder / "course.yaml")
    course = CoursePage.objects.filter(activity=facts["activity"]).first() or CoursePage(activity=facts["activity"])
    course.title, course.slug, course.summary = facts["title"], facts["slug"], facts["about"]
    course.lead, course.audience, course.how_made = facts["lead"], facts["audience"], facts["how_made"].strip()
    _publish(course, index)
    for path in sorted((CONTENT / folder).glob("[0-9]*.yaml")):
        load_module(course, _read(path))
    return course


def load_module(course: CoursePage, facts: dict[str, Any]) -> ModulePage:
    activity = uuid.UUID(facts["activity"])
    module = ModulePage.objects.filter(activity=activity).first() or ModulePage(activity=activity)
    module.title, module.slug, module.summary = facts["title"], facts["slug"], facts["about"]
    module.minutes, module.is_outline = facts["minutes"], facts["outline"]
    module.objectives = [("objective", text) for text in facts["objectives"]]
    module.covers = rich(facts.get("covers", ""))
    module.steps = module.steps.stream_block.to_python(_steps(activity, facts["steps"]))
    module.sources = [("source", {**source, "published": str(source["published"])}) for source in facts.get("sources", [])]
    _publish(module, course)
    return module


def rich(text: str) -> str:
    """Markdown as Wagtail's rich text. `##` becomes a third-level heading: the page and the step have the first two."""
    return markdown.render(text).strip().replace("<h2>", "<h3>").replace("</h2>", "</h3>")


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _publish(page: Page, parent: Page) -> None:
    if page.pk is None:
        page.live = False
        parent.add_child(instance=page)
    page.save_revision().publish()


def _steps(activity: uuid.UUID, steps: list[dict]) -> list[dict]:
    """The raw form of the StreamField, with ids that stay the same from one loading to the next."""
    raw = []
    for number, step in enumerate(steps, 1):
        body = [_block(activity, f"{number}.{index}", block) for index, block in enumerate(step["blocks"], 1)]
        value = {"title": step["title"], "body": body}
        raw.append({"type": "step", "id": _id(activity, str(number)), "value": value})
    return raw


def _id(activity: uuid.UUID, place: str) -> str:
    return str(uuid.uuid5(activity, place))


def _block(activity: uuid.UUID, place: str, block: dict) -> dict:
    ((kind, content),) = block.items()
    return {"type": kind, "id": _id(activity, place), "value": _value(activity, place, kind, content)}


def _value(activity: uuid.UUID, place: str, kind: str, content: Any) -> Any:
    match kind:
        case "text":
            return rich(content)
        case "case_study":
            return {**content, "text": rich(content["text"])}
        case "question":
            return _question(activity, place, content)
        case "conversation":
            return _conversation(activity, place, content)
        case "drawing":
            return {**content, "description": rich(content["description"])}
        case _:
            return content


def _question(activity: uuid.UUID, place: str, content: dict) -> dict:
    answers = [
        {"type": "item", "id": _id(activity, f"{place}.{number}"), "value": answer}
        for number, answer in enumerate(content["answers"], 1)
    ]
    return {
        "setup": rich(content.get("setup", "")),
        "prompt": content["prompt"],
        "kind": content["kind"],
        "answers": answers,
        "right_title": content["right"]["title"],
        "right_text": content["right"]["text"],
        "wrong_title": content["wrong"]["title"],
        "wrong_text": content["wrong"]["text"],
    }


def _conversation(activity: uuid.UUID, place: str, content: dict) -> dict:
    """Moments keep their ids by their names, so that one more between them moves nobody's way."""
    moments = [
        {"type": "item", "id": _id(activity, f"{place}.{moment['name']}"), "value": _moment(activity, place, moment)}
        for moment in content["moments"]
    ]
    return {"title": content["title"], "setup": rich(content["setup"]), "person": content["person"], "moments": moments}


def _moment(activity: uuid.UUID, place: str, moment: dict) -> dict:
    choices = [
        {"type": "item", "id": _id(activity, f"{place}.{moment['name']}.{number}"), "value": {"opens": False, **choice}}
        for number, choice in enumerate(moment.get("choices", []), 1)
    ]
    return {"name": moment["name"], "says": moment["says"], "choices": choices, "lesson": moment.get("lesson", "")}
