from importlib import import_module

from tests.bench.parts import PARTS


def test_every_part_can_be_measured() -> None:
    for part in PARTS.values():
        measure = import_module(f"tests.bench.{part.folder}.measure")
        assert callable(measure.rows)


def test_every_part_has_its_section_on_the_page() -> None:
    from tests.bench.page import PAGE

    sections = PAGE.read_text().partition("## What dominates")[2]
    told = {line.removeprefix("### ") for line in sections.splitlines() if line[:4] == "### "}
    combined = {"Import", "Delta"}
    assert {part.title for part in PARTS.values()} - combined <= told
    assert "Import and delta" in told
