"""Exit 0 when the web process of this container answers /readyz, as the container's health check."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection

connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
connection.request("GET", "/readyz", headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0].strip()})
sys.exit(0 if connection.getresponse().status == 200 else 1)
