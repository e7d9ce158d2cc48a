"""Reports made up for tests of what keeps them."""

from tests.made_reports import book, document, filled, make, signing_key

__all__ = ["book", "document", "filled", "make", "signing_key"]
