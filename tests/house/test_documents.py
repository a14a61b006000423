"""What the documents list is what there is."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR


def test_every_variable_of_the_environment_is_in_the_list():
    code = "".join((ROOT / "site" / name).read_text() for name in ["config/settings.py", "website/management/commands/serve.py"])
    read = set(re.findall(r"env\.[a-z_]+\(\"([A-Z0-9_]+)\"|environ\.get\(['\"]([A-Z_]+)['\"]", code))
    names = {name for pair in read for name in pair if name} - {"PYTHONPATH"}
    listed = (ROOT / "docs" / "operations.md").read_text()
    assert sorted(name for name in names if f"`{name}`" not in listed) == []


def test_every_link_between_the_documents_leads_somewhere():
    broken = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_decision_that_the_code_names_exists():
    numbers = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    named = set()
    folders = ["site", "learning", "panels", "recompense", "api"]
    for path in [*(path for folder in folders for path in (ROOT / folder).rglob("*.py")), ROOT / "manage.py"]:
        named |= set(re.findall(r"docs/decisions/(\d{4})", path.read_text()))
    assert named <= numbers


def test_every_target_of_make_says_what_it_does():
    text = (ROOT / "Makefile").read_text()
    shown = set(re.findall(r"^([a-z]+):.*## ", text, flags=re.MULTILINE))
    named = {"help", "run", "test", "torture", "check", "bench", "conformance", "opinion", "format", "lock", "schema", "demo"}
    assert shown == named
