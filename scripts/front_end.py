"""Fetch the front-end packages that package-lock.json names, and put what pages need into site/pages/static/vendor/.

Run by `make`; the tables below are all that it copies. A second run with the same lock and the same tables does
nothing and needs no network. Nothing of Node is needed once this has run.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "site" / "pages" / "static" / "vendor"
STAMP = ROOT / "var" / ".node-stamp"
OWN_NODE = ROOT / ".node"
OLDEST_NODE = 20
GOVUK = "govuk-frontend/dist/govuk"
FONTS = "@fontsource-variable"

# What is copied as it stands: (from node_modules/, to the project's root).
COPIES = [
    (
        f"{FONTS}/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "site/pages/static/vendor/fonts/",
    ),
    (
        f"{FONTS}/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
        "site/pages/static/vendor/fonts/",
    ),
    (f"{FONTS}/atkinson-hyperlegible-next/LICENSE", "site/pages/static/vendor/fonts/atkinson-hyperlegible-next-OFL.txt"),
    (f"{FONTS}/literata/files/literata-latin-wght-normal.woff2", "site/pages/static/vendor/fonts/"),
    (f"{FONTS}/literata/LICENSE", "site/pages/static/vendor/fonts/literata-OFL.txt"),
]

# Typefaces of PDF documents (site/core/pdf.py), as TTF, which typst asks for: (package, family in its files, weights).
PDF_FONTS = [
    ("atkinson-hyperlegible-next", "AtkinsonHyperlegibleNext", ["400Regular", "700Bold", "800ExtraBold"]),
    ("cactus-classical-serif", "CactusClassicalSerif", ["400Regular"]),  # Chinese and Japanese: all of CJK's first block, 28 MB
    ("gowun-batang", "GowunBatang", ["400Regular"]),  # Korean
    ("literata", "Literata", ["400Regular", "700Bold"]),
    ("noto-sans", "NotoSans", ["400Regular", "700Bold"]),
    ("noto-sans-arabic", "NotoSansArabic", ["400Regular", "700Bold"]),
    ("noto-sans-bengali", "NotoSansBengali", ["400Regular", "700Bold"]),
    ("noto-sans-devanagari", "NotoSansDevanagari", ["400Regular", "700Bold"]),
    ("noto-sans-gujarati", "NotoSansGujarati", ["400Regular", "700Bold"]),
    ("noto-sans-gurmukhi", "NotoSansGurmukhi", ["400Regular", "700Bold"]),
    ("noto-sans-hebrew", "NotoSansHebrew", ["400Regular", "700Bold"]),
    ("noto-sans-kannada", "NotoSansKannada", ["400Regular", "700Bold"]),
    ("noto-sans-malayalam", "NotoSansMalayalam", ["400Regular", "700Bold"]),
    ("noto-sans-sinhala", "NotoSansSinhala", ["400Regular", "700Bold"]),
    ("noto-sans-tamil", "NotoSansTamil", ["400Regular", "700Bold"]),
    ("noto-sans-telugu", "NotoSansTelugu", ["400Regular", "700Bold"]),
]
for package, family, weights in PDF_FONTS:
    folder = f"@expo-google-fonts/{package}"
    COPIES += [(f"{folder}/{weight}/{family}_{weight}.ttf", "site/pages/fonts/") for weight in weights]
    COPIES.append((f"{folder}/LICENSE_FONT", f"site/pages/fonts/{package}-OFL.txt"))

# What the stylesheet of the component base must lose: it asks for a typeface and a crest that are not ours to
# serve, at absolute paths, and for a source map that `collectstatic` cannot find. (pattern, replacement, how often)
EDITS = [
    (r"@font-face\{font-family:GDS Transport;[^}]*\}", "", 2),
    (r"font-family:GDS Transport,arial,sans-serif", "font-family:var(--al-sans)", 58),
    (r"url\(/assets/images/govuk-crest\.svg\)", "none", 3),
    (r"/\*# sourceMappingURL=.*?\*/", "", 1),
]

# The parts of the base's script that pages use, in the order in which they need each other, laid into one file.
SCRIPTS = [
    "common/index.mjs",
    "errors/index.mjs",
    "component.mjs",
    "common/configuration.mjs",
    "common/closest-attribute-value.mjs",
    "common/create-element.mjs",
    "i18n.mjs",
    "components/button/button.mjs",
    "components/character-count/character-count.mjs",
    "components/error-summary/error-summary.mjs",
    "components/notification-banner/notification-banner.mjs",
    "components/password-input/password-input.mjs",
]
EXPORTS = ["Button", "CharacterCount", "ErrorSummary", "NotificationBanner", "PasswordInput", "isSupported"]


def fingerprint() -> str:
    """Of everything that decides what the folder holds: the lock and this script."""
    parts = [ROOT / "package-lock.json", Path(__file__)]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def is_current(stamp: str) -> bool:
    if not STAMP.exists() or STAMP.read_text() != stamp:
        return False
    return all(target(source, place).exists() for source, place in COPIES) and (VENDOR / "govuk" / "base.css").exists()


def target(source: str, place: str) -> Path:
    return ROOT / place / Path(source).name if place.endswith("/") else ROOT / place


def has_node(folder: str | None = None) -> bool:
    """Is there an npm, on a Node that is young enough?"""
    node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
    if not node or not npm:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return bool(version.startswith("v")) and int(version[1:].split(".")[0]) >= OLDEST_NODE


def own_node() -> str:
    """The folder of a Node installed by pip, where the machine has none: Python alone is enough."""
    folder = str(OWN_NODE / ("Scripts" if os.name == "nt" else "bin"))
    if not has_node(folder):
        print("No Node 20 or newer here: installing one into .node/ (about 200 MB).", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(OWN_NODE)], check=True)
        pip = [str(Path(folder) / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(ROOT / "requirements-node.txt")], check=True)
    return folder


def fetch() -> None:
    folder = None if has_node() else own_node()
    path = os.pathsep.join(filter(None, [folder, os.environ.get("PATH", "")]))
    npm = shutil.which("npm", path=path) or "npm"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PATH": path})


def copy() -> None:
    for source, place in COPIES:
        target(source, place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target(source, place))


def stylesheet() -> str:
    css = (MODULES / GOVUK / "govuk-frontend.min.css").read_text()
    for pattern, replacement, times in EDITS:
        css, found = re.subn(pattern, replacement, css)
        if found != times:
            raise SystemExit(f"The component base has changed: {pattern} was found {found} times, not {times}.")
    if "/assets/" in css:
        raise SystemExit("The component base asks for files under /assets/ that we do not serve.")
    return css


def script() -> str:
    """One module without imports: each part in turn, its own import and export lines left out."""
    parts = [(MODULES / GOVUK / name).read_text() for name in SCRIPTS]
    body = re.sub(r"^\s*/\*\*[\s\S]*?\*/\n|^(?:import|export|//#) .*\n?", "", "\n".join(parts), flags=re.MULTILINE)
    return f"/* From govuk-frontend, MIT licence, Crown copyright. */\n{body}\nexport {{ {', '.join(EXPORTS)} }};\n"


def write(name: str, text: str) -> None:
    (VENDOR / "govuk").mkdir(parents=True, exist_ok=True)
    (VENDOR / "govuk" / name).write_text(text)


def main() -> None:
    stamp = fingerprint()
    if is_current(stamp):
        return
    print("Fetching the front-end packages…", flush=True)
    fetch()
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy()
    write("base.css", stylesheet())
    write("base.js", script())
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(stamp)


if __name__ == "__main__":
    main()
