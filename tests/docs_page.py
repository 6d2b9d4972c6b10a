"""The API's page without a browser: what its own script loads, by the steps that stand in it."""

from __future__ import annotations

import re
from urllib.parse import urljoin


def loaded_by(page: str, address: str) -> str:
    """Say which address the page loads its routes from when it is opened at `address`."""
    (cut,) = re.findall(r'location\.pathname\.replace\(/(.+?)/, ""\)', page)
    (name,) = re.findall(r'new URL\("(.+?)", page\)', page)
    assert re.findall(r"fetch\((.+?)\)", page) == ["description"]
    return urljoin(re.sub(cut, "", address), name)
