"""Each wheel carries a bill of materials (PEP 770) that is of its day and names each dependency."""

import json
import zipfile
from email import message_from_bytes

import pytest
from packaging.requirements import Requirement

from testkit.sbom import FILE, PACKAGES, text_of


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_it_is_what_pyproject_says(package):
    """Where this fails, run `hatch run sbom`."""
    assert text_of(package) == (package / FILE).read_text("utf-8")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_wheel_has_it_and_it_names_each_dependency(package, built):
    (wheel,) = built.glob(f"{package.name.replace('-', '_')}-*.whl")
    info = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    with zipfile.ZipFile(wheel) as archive:
        bill = json.loads(archive.read(f"{info}/sboms/{FILE}"))
        metadata = message_from_bytes(archive.read(f"{info}/METADATA"))
    component = bill["metadata"]["component"]
    assert (metadata["Name"], metadata["Version"]) == (component["name"], component["version"])
    required = {Requirement(text) for text in metadata.get_all("Requires-Dist", [])}
    assert {r.name for r in required} == {c["name"] for c in bill["components"]}
    always = {r.name for r in required if "extra" not in str(r.marker)}
    assert always == {c["name"] for c in bill["components"] if c["scope"] == "required"}
    (own, *_) = bill["dependencies"]
    assert {c["bom-ref"] for c in bill["components"]} == set(own["dependsOn"])
