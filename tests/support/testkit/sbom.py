"""`hatch run sbom`: what each distribution stands on, as a bill of materials (CycloneDX 1.6).

It lies beside the pyproject.toml, and the wheel carries it (PEP 770). It is read off pyproject.toml and the
version alone, so that it is the same wherever it is made: of a dependency it has the range that is allowed,
and no version.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES = sorted((Path(__file__).parents[3] / "packages").glob("httpcore-*"))
FILE = "sbom.cdx.json"


def text_of(package):
    """The text of a package's bill of materials."""
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    name = project["name"]
    init = (package / "src" / name.replace("-", "_") / "__init__.py").read_text("utf-8")
    version = re.search(r'^__version__ = "(.*)"$', init, re.MULTILINE)[1]
    own = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "description": project["description"],
        "licenses": [{"expression": project["license"]}],
        "purl": f"pkg:pypi/{name}@{version}",
    }
    components = _components(project)
    references = [component["bom-ref"] for component in components]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [
            {"ref": own["bom-ref"], "dependsOn": references},
            *({"ref": reference} for reference in references),
        ],
    }
    return json.dumps(bill, indent=2) + "\n"


def _components(project):
    """Return each dependency once, with all that is required of it, always or by extras."""
    asked = {}
    for text in project["dependencies"]:
        asked.setdefault(canonicalize_name(Requirement(text).name), []).append(text)
    required = set(asked)
    for extra, texts in project.get("optional-dependencies", {}).items():
        for text in texts:
            asked.setdefault(canonicalize_name(Requirement(text).name), []).append(
                f"{text} (extra {extra})"
            )
    asked.pop(project["name"], None)  # the extra "all" names the other extras
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}",
            "name": name,
            "scope": "required" if name in required else "optional",
            "purl": f"pkg:pypi/{name}",
            "properties": [{"name": "python:requirement", "value": text} for text in texts],
        }
        for name, texts in sorted(asked.items())
    ]


if __name__ == "__main__":
    for package in PACKAGES:
        (package / FILE).write_text(text_of(package), "utf-8")
