"""How Schemathesis sends a PDF as a request body."""

import schemathesis


@schemathesis.serializer("application/pdf")
def pdf(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()
