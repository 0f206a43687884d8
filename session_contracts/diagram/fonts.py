"""Estimates text widths without font files.

Widths are those of DejaVu Sans or Liberation Sans, whichever is wider, so texts also fit in Arial,
Segoe UI and Roboto. A character outside the table counts as wide as a Chinese one, the widest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

T = TypeVar("T")

#: Widths in thousandths of the font size, for the characters from space to tilde.
_REGULAR = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556,
    1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787,
    667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip
_BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611,
    1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 556, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 556,
    500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
    716, 716, 493, 611, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
)  # fmt: skip
#: San Francisco Mono is the widest common font.
_MONOSPACED = (618,) * 95
_WIDE = 1040


@dataclass(frozen=True)
class _Font:
    css: str
    size: float
    widths: tuple[int, ...]


class Font(Enum):
    """A font: its class in style.css, its size in pixels and its table of widths."""

    TITLE = _Font("title", 14, _BOLD)
    HEADING = _Font("heading", 12, _BOLD)
    PLAIN = _Font("plain", 12, _REGULAR)
    SMALL = _Font("small", 11, _REGULAR)
    CODE = _Font("code", 12, _MONOSPACED)
    STRONG_CODE = _Font("strong-code", 12.5, _MONOSPACED)
    STATUS = _Font("status", 11.5, _MONOSPACED)
    SMALL_CODE = _Font("small-code", 11.5, _MONOSPACED)

    @property
    def css(self) -> str:
        """Its class, without prefix."""
        return self.value.css

    @property
    def size(self) -> float:
        """In pixels."""
        return self.value.size

    def width(self, text: str) -> float:
        """The width of a text in pixels, rather over- than underestimated."""
        widths = self.value.widths
        return (
            sum(widths[ord(char) - 32] if " " <= char <= "~" else _WIDE for char in text)
            * self.size
            / 1000
        )


def rows(
    items: Iterable[T], width_of: Callable[[T], float], gap: float, width: float
) -> list[list[T]]:
    """`items` in rows, `gap` pixels apart: as many per row as fit into `width`, at least one."""
    found: list[list[T]] = []
    room = 0.0
    for item in items:
        need = width_of(item)
        if found and need + gap <= room:
            found[-1].append(item)
            room -= need + gap
        else:
            found.append([item])
            room = width - need
    return found


def wrap(text: str, font: Font, width: float) -> list[str]:
    """The lines of `text`, none wider than `width` unless it is a single word."""
    return [" ".join(words) for words in rows(text.split(), font.width, font.width(" "), width)]
