"""Fetches a file of weights from the address that the user gives; the only module that uses the network.

What arrives is kept beside the imported weights as a `Partial`, from which a later try goes on. It becomes weights only
when its size and its SHA-256 are right, and by the same checks and conversion as any file that is imported.
"""

import http.client
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from engine.errors import DiskError, UserError
from engine.weights.checkpoint import MAX_BYTES
from engine.weights.partial import Origin, Partial
from engine.weights.registry import WeightsInfo, import_checkpoint

if TYPE_CHECKING:
    from engine.types import Progress

SECONDS = 30.0
"""How long the server may be silent."""

CHUNK = 1 << 18

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This computer itself: the only host that may be asked without encryption."""

DOWNLOADING, CHECKING, IMPORTING = "Downloading the weights", "Checking the download", "Importing the weights"
SHARES = (0.98, 0.99)
"""How much of the work is done when all has arrived, and when it is checked."""

CHECK, PUBLIC = "check the address", "the file is not for everyone, so choose a public address"
REMEDIES = {400: CHECK, 404: CHECK, 410: CHECK, 401: PUBLIC, 403: PUBLIC}
"""What helps, by what the server answers."""


@dataclass(frozen=True)
class Source:
    """Where a file of weights is, and what the publisher says about it. size: bytes, 0 = unknown."""

    address: str
    sha256: str
    size: int = 0

    @classmethod
    def of(cls, address: str, sha256: str, size: int = 0) -> "Source":
        """A source as the user has typed it. Raises UserError for what cannot be one."""
        address, sha256 = address.strip(), sha256.strip().lower()
        if not _is_allowed(address):
            raise UserError("The address cannot be used; give the file's own, which begins with https://.")
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise UserError("The SHA-256 must have 64 hexadecimal digits; copy it from where the publisher names it.")
        if not 0 <= size <= MAX_BYTES:
            raise UserError(f"The size must be at most {MAX_BYTES // 1024**3} GiB; leave it out if it is unknown.")
        return cls(address, sha256, size)

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def name(self) -> str:
        """The file's name without its endings, as far as it can be part of any file's name."""
        stem = unquote(urlsplit(self.address).path).rpartition("/")[2].split(".")[0]
        return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:40] or "weights"


def _is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address and "@" not in parts.netloc
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def download(source: Source, progress: "Progress") -> WeightsInfo:
    """Fetch and import weights. Raises UserError; `progress` may raise to cancel. Either way a later call goes on."""
    partial = Partial(source.name, source.sha256)
    if not partial.whole:
        _transfer(source, partial, progress)
    _verify(source, partial, progress)
    progress(IMPORTING, SHARES[1])
    try:
        info = import_checkpoint(partial.file)
    except DiskError:
        raise
    except UserError:
        partial.delete()
        raise
    partial.delete()
    return info


def _transfer(source: Source, partial: Partial, progress: "Progress") -> None:
    """Add to the partial file what it lacks."""
    progress(DOWNLOADING, _arrived(partial.size, partial.origin.total if partial.origin else 0))
    with _response(source, partial) as response:
        first, total = _place(response)
        total = _checked_total(source, total)
        if first == 0:
            partial.begin(Origin(_tag(response), total))
        partial.require_room(total)
        whole = _receive(source, response, partial, total, progress)
    if not whole:
        partial.delete()
        raise _too_large(source)


def _response(source: Source, partial: Partial) -> http.client.HTTPResponse:
    """The rest of a file that is still the same, or else all of it from the beginning."""
    origin, have = partial.origin, partial.size
    if origin is not None and have:
        condition = {"If-Range": origin.tag} if origin.tag else {}
        response = _ask(source, {"Range": f"bytes={have}-", **condition})
        if response is not None:
            first, total = _place(response)
            if first == 0 or (first == have and origin.total in (0, total)):
                return response
            response.close()
    response = _ask(source, {})
    if response is None or response.status != http.client.OK:
        raise UserError(f"{source.host} does not give the file as a whole; choose another address.")
    return response


def _ask(source: Source, headers: Mapping[str, str]) -> http.client.HTTPResponse | None:
    """The server's answer; None where it has no such range of bytes."""
    request = urllib.request.Request(source.address, headers={"User-Agent": "2K2K-Human", **headers})
    with _server_errors(source):
        try:
            return _opener(source).open(request, timeout=SECONDS)
        except urllib.error.HTTPError as error:
            if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
            error.close()
            return None


def _opener(source: Source) -> urllib.request.OpenerDirector:
    context = ssl.create_default_context()
    with suppress(ImportError):  # Blender's Python may not know where the system keeps its certificates
        import certifi

        context.load_verify_locations(certifi.where())
    direct = [urllib.request.ProxyHandler({})] if source.host in LOOPBACK else []
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _OnlyToHttps(), *direct)


class _OnlyToHttps(urllib.request.HTTPRedirectHandler):
    """Follows the server to encrypted addresses only."""

    def redirect_request(self, req: urllib.request.Request, *rest: Any) -> urllib.request.Request | None:
        if urlsplit(rest[-1]).scheme != "https":
            raise UserError(f"{req.host} leads on to an address without https; ask the publisher for another one.")
        return super().redirect_request(req, *rest)


def _place(response: http.client.HTTPResponse) -> tuple[int, int]:
    """Where in the file the answer begins, and the bytes of the whole file (0 = unknown); (-1, 0) makes no sense."""
    if response.status == http.client.OK:
        return 0, response.length or 0
    found = re.fullmatch(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})", response.getheader("Content-Range") or "")
    return (int(found[1]), int(found[2])) if found and response.status == http.client.PARTIAL_CONTENT else (-1, 0)


def _tag(response: http.client.HTTPResponse) -> str:
    """What changes with the file, as `If-Range` takes it; a weak ETag may stay when bytes change."""
    tag = response.getheader("ETag") or ""
    return tag if tag.startswith('"') else response.getheader("Last-Modified") or ""


def _checked_total(source: Source, total: int) -> int:
    """The bytes of the whole file, 0 = unknown. Raises UserError where they are not as they should be."""
    if total > MAX_BYTES:
        raise _too_large(source)
    if source.size and total not in (0, source.size):
        raise UserError(
            f"The file at {source.host} has {total:,} bytes instead of {source.size:,}; compare both with what the "
            "publisher says."
        )
    return total or source.size


def _receive(
    source: Source, response: http.client.HTTPResponse, partial: Partial, total: int, progress: "Progress"
) -> bool:
    """Take in all that comes; false if that is more than it should be. Raises UserError where the server breaks off."""
    size = partial.size
    with partial.appending() as append:
        while chunk := _read(source, response, size):
            size += len(chunk)
            if size > (total or MAX_BYTES):
                return False
            append(chunk)
            progress(DOWNLOADING, _arrived(size, total))
    if size < total:
        raise _cut_off(source, size, "the connection was closed")
    return True


def _read(source: Source, response: http.client.HTTPResponse, size: int) -> bytes:
    try:
        return response.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _cut_off(source, size, _words(error)) from error


def _arrived(size: int, total: int) -> float:
    """How much of the work is done with that many bytes, of so many in all, 0 = unknown."""
    return SHARES[0] * size / total if total else 0.0


def _verify(source: Source, partial: Partial, progress: "Progress") -> None:
    """Raises UserError, and keeps nothing, unless what has arrived is what the publisher means."""
    received, checked = SHARES
    digest = partial.digest(lambda part: progress(CHECKING, received + (checked - received) * part))
    if digest != source.sha256:
        partial.delete()
        raise UserError(
            f"The file from {source.host} is not the publisher's, because its SHA-256 begins with {digest[:12]}; "
            "compare the address and the SHA-256 with what the publisher says, then download again."
        )


@contextmanager
def _server_errors(source: Source) -> Iterator[None]:
    """What a server answers instead of the file, and why it does not answer, as one sentence."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        remedy = REMEDIES.get(error.code, "try again later")
        raise UserError(f"{source.host} answers {error.code} ({_words(error.reason)}); {remedy}.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = _words(getattr(error, "reason", error))
        remedy = "check the address and your connection, then download again"
        raise UserError(f"{source.host} cannot be reached ({reason}); {remedy}.") from error


def _words(reason: object) -> str:
    """A reason from elsewhere: one line, not too long."""
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:100]


def _cut_off(source: Source, size: int, reason: str) -> UserError:
    return UserError(
        f"The download from {source.host} was cut off after {size / 1e6:.1f} MB ({reason}); download again to go on."
    )


def _too_large(source: Source) -> UserError:
    return UserError(f"The file at {source.host} is larger than it should be; choose the address of 2K2K weights.")
