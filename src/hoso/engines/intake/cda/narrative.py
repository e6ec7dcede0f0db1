"""The text of a section: CDA's narrative block as XHTML that FHIR allows, and the words an entry points to.

Only the elements listed here become elements; what else there is gives its words. Source: CDA R2 section 4.3.5,
FHIR R4 narrative.
"""

from html import escape
from typing import Any

_AS = {
    "paragraph": "p", "list": "ul", "item": "li", "content": "span", "caption": "b", "sub": "sub", "sup": "sup",
    "table": "table", "thead": "thead", "tbody": "tbody", "tfoot": "tfoot", "tr": "tr", "td": "td", "th": "th",
    "br": "br", "footnote": "span", "linkHtml": "span",
}  # fmt: skip
_STYLES = {"Bold": "b", "Italics": "i"}
_SPANS = ("colspan", "rowspan")
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def div(text: Any) -> str:
    """The narrative as a div; empty where it says nothing."""
    inside = _inside(text)
    return f"{DIV}{inside}</div>" if words(text) else ""


def words(element: Any) -> str:
    """What it says, as plain words."""
    return " ".join(" ".join(element.itertext()).split())


def _inside(element: Any) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        parts.append(_one(child))
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def _one(element: Any) -> str:
    name = _AS.get(element.tag)
    if name is None:
        return _inside(element)
    if name == "br":
        return "<br/>"
    if element.tag == "list" and element.get("listType") == "ordered":
        name = "ol"
    if element.tag == "caption" and element.getparent().tag == "table":
        name = "caption"
    if element.tag == "content":
        name = _STYLES.get(element.get("styleCode", ""), name)
    spans = "".join(f' {one}="{element.get(one)}"' for one in _SPANS if element.get(one, "").isdecimal())
    return f"<{name}{spans}>{_inside(element)}</{name}>"


def named_texts(root: Any) -> dict[str, str]:
    """What each part of the narrative that has an ID says."""
    return {one.get("ID"): words(one) for one in root.iter() if one.get("ID")}
