"""Reads what the packages state about the project from Cargo.toml, the only place with the version and an address."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["package"]

NAME = PACKAGE["name"]
VERSION = PACKAGE["version"]
DESCRIPTION = PACKAGE["description"]
LICENSE = PACKAGE["license"]
KEYWORDS = PACKAGE["keywords"]
# The address of the code, and that of the site; empty while there is none.
REPOSITORY = PACKAGE.get("repository", "").rstrip("/")
HOMEPAGE = PACKAGE.get("homepage", "").rstrip("/")

# The targets of a release, with the names by which PyPI's installers and Node.js know them. The wheel and the npm
# package of a Linux machine contain the static program, which runs with any C library.
TARGETS = {
    "x86_64-unknown-linux-musl": {
        "wheel": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
        "npm": ("linux", "x64"),
    },
    "aarch64-unknown-linux-musl": {
        "wheel": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "npm": ("linux", "arm64"),
    },
    "x86_64-unknown-linux-gnu": {},
    "aarch64-unknown-linux-gnu": {},
    "x86_64-apple-darwin": {"wheel": "macosx_10_12_x86_64", "npm": ("darwin", "x64")},
    "aarch64-apple-darwin": {"wheel": "macosx_11_0_arm64", "npm": ("darwin", "arm64")},
    "x86_64-pc-windows-msvc": {"wheel": "win_amd64", "npm": ("win32", "x64")},
}


def program(target: str) -> str:
    """The file name of the program."""
    return f"{NAME}.exe" if "-windows-" in target else NAME


def archive(target: str) -> str:
    """The file name of a release's archive."""
    return f"{NAME}-{target}.tar.gz"


def download(target: str) -> str:
    """The address of a release's archive."""
    return f"{REPOSITORY}/releases/download/v{VERSION}/{archive(target)}"


def readme() -> str:
    """The README with links that also lead somewhere outside of the repository, if it has an address."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    if not REPOSITORY:
        return text
    return re.sub(r"\]\((?!https?:|#)", f"]({REPOSITORY}/blob/v{VERSION}/", text)


# The schemas by their file names on the site. The number is the version of the format.
SCHEMAS = {"config-1.json": "src/config/schema.json", "report-1.json": "schemas/report-1.json"}
