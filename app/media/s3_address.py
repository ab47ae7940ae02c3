"""The address of a bucket: `s3://bucket/prefix?endpoint=https://…&region=…&path_style=false`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", re.IGNORECASE)
_PREFIX = re.compile(r"(?:[A-Za-z0-9._=-]+(?:/[A-Za-z0-9._=-]+)*)?")
_OPTIONS = frozenset({"endpoint", "region", "path_style"})


class UnusableAddress(ValueError):
    """An address that names no bucket; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket and its service. With `path_style` the bucket's name is in the path and not in the host's."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    path_style: bool = True

    @property
    def shown(self) -> str:
        """Return it as the log names it."""
        return f"s3://{self.bucket}/{self.prefix}" + (f" at {self.endpoint}" if self.endpoint else "")


def read_s3_address(url: str) -> S3Address:
    """Read an address. Raises UnusableAddress.

    Without an endpoint it is Amazon's own, and then the bucket is in the host's name unless `path_style` is true.
    """
    parts = urlsplit(url)
    try:
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise UnusableAddress("what follows the ? must be options, as in endpoint=https://…&region=…") from error
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        raise UnusableAddress(f"there is no option {unknown[0]}: write endpoint, region or path_style")
    if parts.scheme != "s3" or parts.username or parts.password or parts.port or not _BUCKET.fullmatch(parts.netloc):
        raise UnusableAddress(
            "write s3://bucket/prefix; credentials are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    prefix = parts.path.strip("/")
    if not _PREFIX.fullmatch(prefix) or ".." in prefix.split("/") or parts.fragment:
        raise UnusableAddress("the prefix may have letters, digits and . _ = - / only")
    endpoint = options.get("endpoint", "").rstrip("/")
    if endpoint and not re.fullmatch(r"https?://[^/?#@\s]+", endpoint):
        raise UnusableAddress(
            "the endpoint must be an address like https://s3.example.org, without credentials or path"
        )
    style = options.get("path_style", "true" if endpoint else "false")
    if style not in {"true", "false"}:
        raise UnusableAddress("path_style must be true or false")
    return S3Address(parts.netloc, prefix, endpoint, options.get("region", ""), style == "true")
