"""A QR code as a picture that is drawn into a page or a paper."""

import io

import qrcode
from qrcode.image.svg import SvgPathImage


def qr_svg(text: str) -> str:
    """An SVG image of the code that says `text`."""
    target = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, box_size=12).save(target)
    return target.getvalue().decode()
