"""The version of this distribution, for the User-Agent field."""

__version__ = "0.1.0"
