"""CDA documents changed by chance: whole elements, so that what is read stays XML, or bytes."""

from pathlib import Path
from random import Random

from lxml import etree

from tests.hostile.fuzz import mutate

DOCUMENTS = sorted((Path(__file__).parents[1] / "conformance" / "cda").glob("*.xml"))
VALUES = ("", "x", "20259999", "-1", "9" * 40, "nullFlavor", "2.16.840.1.113883.6.1", "\u1ea4n")


def changed(seed: int) -> bytes:
    """The document and the changes that this number stands for."""
    random = Random(seed)
    content = random.choice(DOCUMENTS).read_bytes()
    if random.random() < 0.2:
        return mutate(random, content, [content])
    root = etree.fromstring(content)
    for _ in range(random.choice((1, 2, 8, 40))):
        elements = [one for one in root.iter() if isinstance(one.tag, str) and one is not root]
        if elements:
            _change(random, random.choice(elements), elements)
    return etree.tostring(root)


def _change(random: Random, one: etree._Element, others: list[etree._Element]) -> None:
    parent, way = one.getparent(), random.randrange(5)
    assert parent is not None
    if way == 0:
        parent.remove(one)
    elif way == 1:
        parent.append(etree.fromstring(etree.tostring(random.choice(others), with_tail=False)))
    elif way == 2 and one.attrib:
        one.attrib[random.choice(list(one.attrib))] = random.choice(VALUES)
    elif way == 3 and one.attrib:
        del one.attrib[random.choice(list(one.attrib))]
    else:
        one.text = random.choice(VALUES)
