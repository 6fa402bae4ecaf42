"""HTML to a PDF that lasts and can be read aloud: PDF/A-4u with tags, by WeasyPrint.

PDF/A-4 rather than A-3, because it is PDF 2.0 from the start and stays conformant when it is signed (ISO 19005-4). The
page can ask for nothing: neither files nor the network, only pictures that stand in it as data. WeasyPrint needs Pango
at run time; where it is missing, or no font has the letters, the message says what to install.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any, Final

from engine.connectors.contract import PartnerRefused

VARIANT: Final = "pdf/a-4u"
_PANGO: Final = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_FONTS: Final = "apt-get install fonts-dejavu-core, or another font with Azerbaijani and Cyrillic letters"
_TRIAL: Final = '<html lang="az"><title>Sınaq</title><p>Əə Ğğ İı Öö Şş Çç Üü Жж Щщ Ёё</p></html>'
_MOST_PAGES: Final = 200


@dataclass(frozen=True, slots=True)
class WrittenPdf:
    """A PDF before it is signed."""

    content: bytes
    title: str


class PageAsksForMore(PartnerRefused):
    """A page refers to something outside of it."""

    code = "page-asks-for-more"


_ONE_AT_A_TIME: Final = threading.Lock()
"""Pango's font map is one for the process, and is not made for several threads."""


def write_pdf(html: str) -> WrittenPdf:
    """The PDF of a page. Raises PartnerRefused: no Pango, no letters, no title, too long; PageAsksForMore."""
    with _ONE_AT_A_TIME:
        return _written(html)


def _written(html: str) -> WrittenPdf:
    weasyprint = _weasyprint()
    asked: list[str] = []
    page = weasyprint.HTML(string=html, url_fetcher=_fetcher(asked), base_url=None)
    laid_out = page.render(pdf_variant=VARIANT, pdf_tags=True)
    _check(laid_out, asked)
    missing: set[int] = set()

    def note_missing(document: Any, _pdf: Any) -> None:
        for font in document.fonts.values():
            missing.update(font.missing)

    content: bytes = laid_out.write_pdf(finisher=note_missing, pdf_variant=VARIANT, pdf_tags=True)
    if missing:
        letters = " ".join(sorted(chr(point) for point in missing))
        raise PartnerRefused(f"No font on this machine has the letters {letters[:80]}", remedy=f"{_FONTS}.")
    return WrittenPdf(content, laid_out.metadata.title.strip())


def check_pdf() -> None:
    """Prove that PDFs can be written with Azerbaijani and Cyrillic letters. Raises PartnerRefused."""
    write_pdf(_TRIAL)


def _check(laid_out: Any, asked: list[str]) -> None:
    if asked:
        raise PageAsksForMore(
            f"The page asks for {asked[0]:.120}; nothing outside of it is read.",
            remedy="Leave it out; pictures may stand in the template as data: addresses.",
        )
    if not (laid_out.metadata.title or "").strip():
        raise PartnerRefused("The page has no title.", remedy="Give the template a <title>, or extend layout.html.")
    if len(laid_out.pages) > _MOST_PAGES:
        raise PartnerRefused(f"The document has more than {_MOST_PAGES} pages.", remedy="Let the template say less.")


def _fetcher(asked: list[str]) -> Any:
    """Fetches `data:` addresses alone, and notes what else was asked for."""
    from weasyprint.urls import URLFetcher

    class OnlyData(URLFetcher):  # type: ignore[misc, unused-ignore]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.lower().startswith("data:"):
                asked.append(url)
                raise ValueError("only data: addresses are read")
            return super().fetch(url, headers)

    return OnlyData(allowed_protocols=("data",), allow_redirects=False)


def _weasyprint() -> Any:
    """Imported when it is needed: the product starts without Pango."""
    try:
        import weasyprint
    except OSError as missing:
        raise PartnerRefused(
            "Documents cannot be written: WeasyPrint does not find Pango on this machine.",
            remedy=f"{_PANGO}; then retry the incident.",
        ) from missing
    # It warns of every style that print does not know, and of what we refuse ourselves.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint
