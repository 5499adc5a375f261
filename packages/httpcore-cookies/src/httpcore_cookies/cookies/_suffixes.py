"""Which domains are shared by strangers: no cookie may cover them (RFC 6265bis, section 5.7).

Decides on a domain alone. It knows single labels and a short list of the suffixes met most: the
whole Public Suffix List is for a later version, and a jar takes any other function. What to do
with a cookie for such a domain may not live here.
"""

__all__ = ["is_public_suffix"]

# Registries that hand out names at the second level, by the top level that they stand under.
_REGISTRIES = {
    "ar": "com net org gob",
    "au": "com net org edu gov id asn",
    "br": "com net org gov edu",
    "cn": "com net org gov edu ac",
    "hk": "com net org edu gov",
    "id": "co or ac go web",
    "il": "co org ac gov net",
    "in": "co net org gov ac firm",
    "jp": "co ne or ac go ad ed gr lg",
    "kr": "co or ac go ne re",
    "mx": "com net org edu gob",
    "my": "com net org edu gov",
    "nz": "co net org ac govt school geek",
    "pl": "com net org edu gov",
    "sg": "com net org edu gov",
    "th": "co ac go or in",
    "tr": "com net org edu gov",
    "tw": "com net org edu gov",
    "ua": "com net org edu gov",
    "uk": "co org me ltd plc net ac gov sch nhs",
    "za": "co org net ac gov web",
}
# Hosts that give each customer a name below theirs.
_HOSTERS = (
    "appspot.com azurewebsites.net blogspot.com cloudfront.net firebaseapp.com fly.dev github.io"
    " gitlab.io herokuapp.com myshopify.com netlify.app ngrok.io onrender.com pages.dev"
    " readthedocs.io run.app s3.amazonaws.com vercel.app web.app workers.dev wordpress.com"
)
_SUFFIXES = frozenset(
    f"{second}.{top}" for top, seconds in _REGISTRIES.items() for second in seconds.split()
) | frozenset(_HOSTERS.split())


def is_public_suffix(domain: str) -> bool:
    """Tell whether a domain is one below which strangers hold names, such as "com" or "co.uk".

    Takes a domain in lower-case ASCII. Every single label counts, and a short built-in list, far
    from all: give a jar a function over the whole list where it matters. RFC 6265bis, section
    5.7.

    >>> is_public_suffix("co.uk"), is_public_suffix("example.co.uk")
    (True, False)
    """
    return "." not in domain.strip(".") or domain in _SUFFIXES
