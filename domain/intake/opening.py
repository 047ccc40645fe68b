"""What a file is before it is read as a table: text or not, compressed or not, its encoding, its fingerprint.

For the import. One pass over the bytes decides, so that nothing is written for a file that cannot be read to its end.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.errors import Invalid

_CHUNK = 1 << 20
_SAMPLE = 256 << 10
_LONGEST_LINE = 16 << 20

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or another zipped file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"BEGIN:VCARD", "a card file (vCard)"),
)
_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\[\s*\{\s*\"|\{\s*\")")
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


def _western(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 in a file that otherwise is (pieces of two files joined): read as cp1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    text = "".join(bytes([b]).decode("cp1252", "ignore") or bytes([b]).decode("latin-1") for b in piece)
    return text, error.end


_MIXED = "dialdeck-western"
codecs.register_error(_MIXED, _western)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file known to be text that can be read to its end.

    ``encoding`` is a Python codec name, ``errors`` its error handler; ``lines`` counts line feeds (for progress);
    ``fingerprint`` is the SHA-256 of the content after decompression; ``size`` is in bytes after decompression.
    """

    path: Path
    encoding: str
    errors: str
    has_nuls: bool
    fingerprint: str
    size: int
    lines: int
    sample: str

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return self.path.name

    @property
    def whole_in_sample(self) -> bool:
        """Whether ``sample`` is the whole content, not cut inside a line."""
        return self.size <= _SAMPLE

    @contextmanager
    def open(self) -> Iterator[Iterator[str]]:
        """The physical lines with their ends, whatever ends they have (LF, CRLF, CR)."""
        with _bytes_of(self.path) as raw:
            text = io.TextIOWrapper(io.BufferedReader(_Raw(raw)), self.encoding, self.errors, newline="")
            yield (line.replace("\0", "") for line in text) if self.has_nuls else text


class _Raw(io.RawIOBase):
    """A readable stream for the text layer, which closes what it is given; the file has its own closing."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: Buffer
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def inspect(path: Path, encoding: str | None = None) -> TextFile:
    """Look through a file once and say how to read it.

    encoding: a codec name that overrides the detection. Raises `Invalid` with what to do for anything that is no
    readable text: missing, a folder, no rights, a workbook, a PDF, damaged, empty.
    """
    _check_place(path)
    try:
        return _scan(path, encoding)
    except _DAMAGED as error:
        raise Invalid(
            f"{path.name} is damaged or cut short; get it again from where it came.",
            code="damaged_file",
            title="Damaged file",
        ) from error
    except PermissionError as error:
        raise Invalid(
            f"You may not read {path}; ask for the right to read it, or copy it to a folder of yours.",
            code="unreadable_file",
            title="No right to read",
        ) from error
    except OSError as error:
        raise Invalid(
            f"{path} could not be read ({error.strerror}).", code="unreadable_file", title="Not readable"
        ) from error


def _check_place(path: Path) -> None:
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise Invalid(
            f"There is no file {path}; check the name and the folder.", code="no_file", title="No such file"
        ) from None
    except PermissionError:
        raise Invalid(
            f"You may not read {path}; ask for the right to read it.",
            code="unreadable_file",
            title="No right to read",
        ) from None
    except OSError as error:
        raise Invalid(f"{path} could not be read ({error.strerror}).", code="unreadable_file") from error
    if stat.S_ISDIR(mode):
        raise Invalid(f"{path} is a folder; name the file inside it.", code="not_a_file", title="A folder")
    if not stat.S_ISREG(mode):
        raise Invalid(
            f"{path} is no ordinary file; save its content to a file and import that.",
            code="not_a_file",
            title="Not a file",
        )


@contextmanager
def _bytes_of(path: Path) -> Iterator[IO[bytes]]:
    """The content of a file, decompressed if it is compressed with gzip, xz or bzip2."""
    with path.open("rb") as plain:
        start = plain.read(6)
        plain.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(plain, "rb") as stream:
                yield stream  # type: ignore[misc]  # GzipFile reads bytes; typeshed gives it no IO base
        elif start == b"\xfd7zXZ\x00":
            with lzma.open(plain, "rb") as stream:
                yield stream
        elif start[:3] == b"BZh":
            with bz2.open(plain, "rb") as stream:
                yield stream
        else:
            yield plain


def _scan(path: Path, encoding: str | None) -> TextFile:
    digest = hashlib.sha256()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    size = lines = since_line = 0
    head = b""
    bad: bytes | None = None
    has_nuls = False
    with _bytes_of(path) as stream:
        while chunk := stream.read(_CHUNK):
            if not head:
                head = chunk[:_SAMPLE]
                _refuse_other_kinds(path, head)
            digest.update(chunk)
            size += len(chunk)
            has_nuls = has_nuls or b"\0" in chunk
            feeds = chunk.count(b"\n") or chunk.count(b"\r")
            lines += feeds
            since_line = 0 if feeds else since_line + len(chunk)
            if since_line > _LONGEST_LINE:
                raise _not_a_list(path, f"line {lines + 1} is longer than 16 MB")
            if bad is None and not _still_utf8(utf8, chunk):
                bad = chunk
    if not head.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Invalid(f"{path.name} is empty.", code="empty_file", title="Empty file")
    if bad is None and not _still_utf8(utf8, b"", final=True):
        bad = head
    codec, errors = _checked(encoding) if encoding else _encoding(head, bad, has_nuls)
    sample = codecs.getincrementaldecoder(codec)(errors).decode(head)
    _refuse_other_text(path, sample, has_nuls and not codec.startswith("utf-"))
    return TextFile(
        path=path,
        encoding=codec,
        errors=errors,
        has_nuls=has_nuls,
        fingerprint=digest.hexdigest(),
        size=size,
        lines=lines,
        sample=sample.replace("\0", ""),
    )


def _still_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _not_a_list(path: Path, why: str) -> Invalid:
    return Invalid(
        f"{path.name} is no list of contacts: {why}. Export the list as CSV and import that.",
        code="not_text",
        title="Not a text file",
    )


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise Invalid(
                f'{path.name} is {kind}. Open it, save it as CSV ("CSV UTF-8" in Excel) and import that file.'
                if "Excel" in kind
                else f"{path.name} is {kind}, not a list as text. Export the list as CSV and import that file.",
                code="not_text",
                title="Not a text file",
            )


def _refuse_other_text(path: Path, sample: str, stray_nuls: bool) -> None:
    if _MARKUP.match(sample):
        raise _not_a_list(path, "it is a web page or XML")
    if _JSON.match(sample):
        raise _not_a_list(path, "it is JSON")
    start = sample[:8192]
    strange = sum(1 for c in start if c < " " and c not in "\r\n\t\0") + sum(c == "�" for c in start)
    nuls = start.count("\0") if stray_nuls else 0
    if (strange + nuls) * 20 > len(start):
        raise _not_a_list(path, "it is not text")


def _checked(encoding: str) -> tuple[str, str]:
    try:
        return codecs.lookup(encoding).name, "replace"
    except LookupError:
        raise Invalid(
            f'There is no encoding "{encoding}"; try utf-8, utf-16, cp1252 or latin-1.',
            code="unknown_encoding",
            title="Unknown encoding",
        ) from None


def _encoding(head: bytes, bad: bytes | None, has_nuls: bool) -> tuple[str, str]:
    """Codec and error handler; ``bad`` is the first chunk that is no UTF-8, if there is one."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return codec, "replace" if codec != "utf-8-sig" or bad is None else _MIXED
    if has_nuls:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        half = min(len(head), 4096) // 2
        if odd > half * 0.3 and odd > 3 * even:
            return "utf-16-le", "replace"
        if even > half * 0.3 and even > 3 * odd:
            return "utf-16-be", "replace"
    if bad is None:
        return "utf-8", "strict"
    sample = head + bad
    text = sample.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= c <= "\udcff" for c in text)
    whole = sum(c >= "\x80" and not "\udc80" <= c <= "\udcff" for c in text)
    if whole >= 4 * broken:
        return "utf-8", _MIXED
    return _legacy(sample), "replace"


# A character that western text does not have at this place: a sign inside or at the head of a word, a capital after a
# small letter, a word of accented letters only.
_ODD = re.compile(
    r"(?<=[a-z])[^\x00-\x7fß-öø-ÿœšžºª°·’´]|[^\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ¡¿«“‘„…–—](?=[A-Za-z])"
    r"|(?<![A-Za-z])[À-ÖØ-öø-ÿ]{2,}(?![A-Za-z])"
)


def _legacy(sample: bytes) -> str:
    """The one-byte encoding of a text that is no UTF-8.

    Western (cp1252) first: charset-normalizer takes most western lists for Central European, and a list of names
    is too short a text for its language models. Where cp1252 gives signs within words, it decides.
    """
    western = sample.decode("cp1252", "replace")
    foreign = sum(c > "\x7f" for c in western)
    odd = sum(len(match[0]) for match in _ODD.finditer(western)) + 2 * western.count("�")
    if odd * 4 <= foreign:
        return "cp1252" if "�" not in western else "latin-1"
    from charset_normalizer import from_bytes

    if len(sample) > _SAMPLE // 8:
        sample = b"\n".join([line for line in sample.splitlines() if not line.isascii()][:1000])
    best = from_bytes(sample, cp_exclusion=["cp1252", "latin_1"], enable_fallback=False).best()
    return best.encoding if best is not None else "cp1252"
