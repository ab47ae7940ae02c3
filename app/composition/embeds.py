"""The providers of embeds that this process knows: ours, and those of the operator's file."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from app.content.embeds.provider_file import UnusableProviders, read_providers
from app.content.embeds.providers import use_providers
from app.settings import PREFIX, Settings, UnusableSettings


def load_embed_providers(settings: Settings) -> None:
    """Read the operator's file of providers, if there is one, before anything is served.

    Raises UnusableSettings for a file that cannot be used, with a line for each fault.
    """
    path = settings.embed_providers
    if path is None:
        use_providers()
        return
    try:
        content = path.read_bytes()
        forms = read_providers(content.decode())
        own = urlsplit(settings.public_url).hostname
        # A frame of our own host would run with the rights of our pages, whatever its sandbox says.
        if taken := next((form for form in forms if form.frame and form.frame.host == own), None):
            raise UnusableProviders(f"{taken.provider.name}: its frame is at {own}, where this server itself is")
    except OSError as error:
        raise _unusable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _unusable(f"{path} is not UTF-8 text; save it as such") from None
    except UnusableProviders as error:
        raise _unusable("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
    use_providers(forms, tag=f".p{hashlib.sha256(content).hexdigest()[:8]}")


def _unusable(text: str) -> UnusableSettings:
    return UnusableSettings("\n".join(f"{PREFIX}EMBED_PROVIDERS: {line}" for line in text.splitlines()))
