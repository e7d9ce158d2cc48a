"""Reports made up for tests of what keeps them."""

from tests.made_reports import book, document, make, signing_key

__all__ = ["book", "document", "make", "signing_key"]
