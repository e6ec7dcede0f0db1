"""The ministry's portal: `live.py` speaks to it over HTTP, `simulated.py` to one of this machine (`server.py`).

The real portal's protocol is not published. What both sides speak here is unofficial (ADR 106):

PUT    /documents/NAME           a signed FHIR document Bundle (application/fhir+json)
DELETE /documents/NAME           it is withdrawn
GET    /documents?day=YYYY-MM-DD its listing: {"documents": [{"name", "sha256", "state"}], "next": NAME or null}; &after=NAME goes on

Authorization: Bearer TOKEN
Idempotency-Key: NAME.NUMBER     the same act however often it comes: done once, answered alike
HoSo-Day: YYYY-MM-DD             the day on which the visit ended, by which the listing goes
HoSo-Expected: HEX, HEX          contents that may lie there; another one is not replaced

SHA-256 is of the document without its signature (ADR 90). Answers: 200 and 201 {"receipt"} taken, 409 {"sha256"} the portal holds other
content, 422 {"code", "text"} refused; 401, 403, 429 and 503 are about the house as a whole, everything else about this document.
"""
