"""A transport that counts what it carries."""

from __future__ import annotations

from collections.abc import Mapping

from connectkit.transport import Answer, Transport


class CountingTransport:
    """Counts the requests that another transport carries."""

    def __init__(self, carrier: Transport) -> None:
        self._carrier = carrier
        self.requests: int = 0

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Count one and let it be carried."""
        self.requests += 1
        return self._carrier.send(method, url, headers, body, deadline)

    async def asend(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Count one and let it be carried."""
        self.requests += 1
        return await self._carrier.asend(method, url, headers, body, deadline)

    def close(self) -> None:
        """Close the other."""
        self._carrier.close()

    async def aclose(self) -> None:
        """Close the other."""
        await self._carrier.aclose()
