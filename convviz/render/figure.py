"""A Scene as a picture: PNG, SVG or PDF, the same bytes every time."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convviz.diagrams.scene import Scene
from convviz.errors import SpecError, shortened, unknown
from convviz.render.style import checked, page_named, theme_named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convviz.render.figures.canvas import Canvas
    from convviz.render.figures.sheet import Sheet

FORMATS: tuple[str, ...] = ("png", "svg", "pdf")


def picture(
    scene: Scene,
    *,
    format: str = "png",
    theme: str = "light",
    size: str = "slide",
    dpi: float | None = None,
    transparent: bool = False,
    footer: bool = True,
    caption: bool = True,
    title: str | None = None,
    font: str | None = None,
) -> bytes:
    """The bytes of `scene` as a picture.

    format:      "png", "svg" or "pdf".
    theme:       "light" or "dark".
    size:        "slide", "square", "paper" (7 in), "paper1" (3.5 in), "paper2", or "WxH" pixels.
    dpi:         pixels per inch; the size's own by default.
    transparent: leave the paper out.
    footer:      the command line, at the foot of a slide.
    caption:     title, subtitle and footer.
    title:       instead of the scene's own; "" for none.
    font:        a family to use before the package's own.

    Raises SpecError: an unknown name, or a size beyond the pixel budget.
    """
    if format not in FORMATS:
        raise unknown("picture format", format, FORMATS, argument="format", heading="formats")
    with matplotlib_at_rest():
        from convviz.render.figures.sheet import Sheet
        from convviz.render.figures.type import Typeface

        with default_settings():
            sheet = Sheet(
                scene,
                page_named(size, dpi),
                theme_named(theme),
                Typeface.of(font),
                title=checked_title(scene.title if title is None else title) if caption else "",
                caption=caption,
                footer=footer and caption,
            )
            return saved(sheet, format, transparent=transparent)


def checked_title(title: str) -> str:
    """`title`, when it can be drawn and written.

    Raises SpecError: bytes that are not UTF-8, or control characters.
    """
    if any(0xD800 <= ord(c) <= 0xDFFF or not (c.isprintable() or c.isspace()) for c in title):
        raise SpecError("the title has characters that cannot be drawn", "title")
    return " ".join(title.split())


def saved(sheet: Sheet, format: str, *, transparent: bool = False) -> bytes:
    """A sheet in that format, without dates, random names or versions."""
    canvas = sheet.canvas()
    checked(sheet.page, canvas.height)
    scene = sheet.scene
    if format == "png":
        return _png(sheet, canvas, transparent)
    check_epoch()
    title = scene.command or scene.title
    metadata: dict[str, Any] = {"Title": title or None, "Creator": None}
    if format == "svg":
        metadata["Date"] = None
    else:
        metadata |= {"CreationDate": None, "Producer": None}
    stream = io.BytesIO()
    figure = drawn(sheet, canvas, transparent=transparent)
    figure.savefig(stream, format=format, metadata=metadata)
    if format == "svg":
        return _with_fonts(stream.getvalue().decode("utf-8"), figure).encode("utf-8")
    return stream.getvalue()


def _png(sheet: Sheet, canvas: Canvas, transparent: bool) -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from convviz.render.figures.surface import Surface

    dpi = sheet.page.dpi
    paper = None if transparent else sheet.theme.tokens.paper
    pixels = Surface.of(canvas, dpi, paper).pixels
    high, wide = pixels.shape[:2]
    image = Image.frombuffer("RGBA", (wide, high), pixels, "raw", "RGBA", 0, 1)
    info = PngInfo()
    if sheet.scene.command:
        info.add_text("Description", sheet.scene.command)
    stream = io.BytesIO()
    image = image if transparent else image.convert("RGB")
    image.save(stream, "PNG", pnginfo=info, dpi=(dpi, dpi))
    return stream.getvalue()


def drawn(sheet: Sheet, canvas: Canvas, *, transparent: bool = False) -> Figure:
    """A figure that holds a canvas in layers."""
    from matplotlib.figure import Figure

    from convviz.render.figures.layers import in_figure

    figure = Figure(
        figsize=(canvas.width / 72, canvas.height / 72),
        dpi=sheet.page.dpi,
        facecolor="none" if transparent else sheet.theme.tokens.paper,
        edgecolor="none",
        linewidth=0.0,
    )
    for layer in in_figure(canvas, figure):
        figure.add_artist(layer)
    return figure


def _with_fonts(svg: str, figure: Figure) -> str:
    from convviz.render.figures.layers import Layer
    from convviz.render.figures.webfonts import embedded

    layers = [artist for artist in figure.artists if isinstance(artist, Layer)]
    return embedded(svg, (text for layer in layers for text in layer.texts()))


LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970: no date of Python's is later."""


def check_epoch() -> None:
    """Refuse a SOURCE_DATE_EPOCH that is no date: matplotlib reads it, though none is kept.

    Raises SpecError: it is set, and not whole or too late.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    digits = epoch.isascii() and epoch.isdigit() and len(epoch) <= 18
    if epoch and not (digits and int(epoch) <= LATEST):
        raise SpecError(
            f"the environment variable SOURCE_DATE_EPOCH is '{shortened(epoch)}'",
            accepted=f"seconds since 1970, a whole number up to {LATEST}",
            remedy="unset it: no date is written",
        )


SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "convviz",
    "svg.fonttype": "none",
    "pdf.fonttype": 3,
    "text.hinting": "no_hinting",
}
"""What differs from matplotlib's defaults. Type 3 fonts: Type 42 takes seconds per file."""


@contextmanager
def default_settings() -> Iterator[None]:
    """Within, matplotlib has its own defaults, whatever files and code have set."""
    import matplotlib

    kept = ("backend", "backend_fallback", "interactive", "toolbar", "timezone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", matplotlib.MatplotlibDeprecationWarning)
        own: dict[Any, Any] = {
            key: value for key, value in matplotlib.rcParamsDefault.items() if key not in kept
        }
        # A title may hold characters that no font of the chain has: they are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        with matplotlib.rc_context(own | SETTINGS):
            yield


@contextmanager
def matplotlib_at_rest() -> Iterator[None]:
    """Within, matplotlib is imported, silent, without settings of the folder or the user.

    A `matplotlibrc` in the working folder, a bogus MPLBACKEND or an unwritable home must neither
    change a picture nor print a line nor end the program. `default_settings` is too late for that:
    they are read at the import. A notebook gets its backend and its file back afterwards.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    # It warns of each weight that a fallback font has not.
    logger.setLevel(logging.CRITICAL)
    if "matplotlib" in sys.modules:
        try:
            yield
        finally:
            logger.setLevel(level)
        return
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.pop("MPLBACKEND", None)
    os.environ["MATPLOTLIBRC"] = os.devnull
    folder = writable_cache()
    if folder is not None:
        os.environ["MPLCONFIGDIR"] = folder
    # matplotlib looks for `matplotlibrc` in the working folder first, before MATPLOTLIBRC.
    elsewhere = chdir(Path(__file__).parent) if Path("matplotlibrc").exists() else nullcontext()
    try:
        with elsewhere:
            import matplotlib.font_manager  # noqa: F401
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    try:
        yield
    finally:
        give_back()
        logger.setLevel(level)


ENVIRONMENT = ("MPLBACKEND", "MATPLOTLIBRC", "MPLCONFIGDIR")


def give_back() -> None:
    """Let the user's own settings hold for the rest of the process, as if imported plainly."""
    import matplotlib

    name = matplotlib.matplotlib_fname()
    with warnings.catch_warnings(), suppress(Exception):
        # What is wrong with the file is for its owner's own import of matplotlib to say.
        warnings.simplefilter("ignore")
        if not name.startswith(matplotlib.get_data_path()):
            own = matplotlib.rc_params_from_file(name, use_default_template=False)
            matplotlib.rcParams.update(own)
    if os.environ.get("MPLBACKEND"):
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def writable_cache() -> str | None:
    """A folder for matplotlib's font cache where it would find none; None where it finds one."""
    given = os.environ.get("MPLCONFIGDIR")
    home = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    try:
        folder = (home if given else home / "matplotlib").expanduser()
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return None
        user = getattr(os, "getuid", lambda: "user")()
        spare = Path(tempfile.gettempdir()) / f"convviz-{user}"
        spare.mkdir(mode=0o700, exist_ok=True)
        owned = spare.stat().st_uid == user if hasattr(os, "getuid") else True
        return str(spare) if owned and not spare.is_symlink() else None
    except (OSError, RuntimeError):
        return None
