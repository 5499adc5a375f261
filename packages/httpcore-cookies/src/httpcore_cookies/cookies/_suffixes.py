"""Which domains are shared by strangers: no cookie may cover them (RFC 6265bis, section 5.7).

Decides on a domain alone, by the Public Suffix List where one is there, and without it by a rule
that is built in. What to do with a cookie for such a domain may not live here.

No copy of the list is part of this package: it would be old after some months, and stay old where
nobody updates. The package publicsuffixlist carries it, and follows it within days.
"""

import os
import re
from functools import cache
from typing import Any, Self

from ._errors import check_text

__all__ = ["PublicSuffixes", "is_public_suffix"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# -- the built-in rule, for where the list is not installed --
#
# It knows registries that hand out names at the second level, and takes some names for one that
# are none: whoever owns such a name loses the cookies that cover it.

# The usual labels of registries, under all two-letter top levels but those that hand out names at
# the second level alone, or call their registries otherwise.
_USUAL = _words("com edu gov net org")
_WITHOUT_USUAL = _words(
    "ad aq as at aw ax be bf bg bv ca cc cd cf cg ch cl cr cx cz de dj dk eu fi fo fr ga gb gf gm"
    " gq gs gw hm hr hu id ie is jp ke kr li lt lu mc md mh mp mq mr nc ne nl no nu pm pw re ru se"
    " si sj sk sm sr su sx sz tc td tf tg th tk tl tv tz us va vg wf yt"
)
# Other labels, with the top levels under which they are registries. "mil" is not among them: an
# army is no stranger to itself.
_REGISTRIES = {
    "ac": _words(
        "ae at bd be bw ci cn cr cy eg fj gn id il im in ir jp ke kr lk ls ma me ml mu mw mz ni nz"
        " pa pk pr rs rw se sz th tz ug uk vn za zm zw"
    ),
    "biz": _words("az bb cy et fj gh id in ki ls mv mw my ni nr pk pl pr ss tj tr tt vn zm"),
    "co": _words(
        "ae ag am ao at az bb bd bi bj bw bz ci cl cm cr dm gg gl gy hu id il im in io ir it je jp"
        " ke kr lc ls ma me mg mu mw mz na ni nz om pn rs rw ss st sz th tj tm tt tz ug uk us uz ve"
        " vi za zm zw"
    ),
    "com": _words("aw fr hr re"),
    "edu": _words("vg"),
    "go": _words("ci cr id it jp ke kr th tj tz ug"),
    "gob": _words("ar bo cl cu do ec es gt hn mx ni pa pe pk sv ve"),
    "gouv": _words("ci fr ht km ml sn"),
    "gov": _words("as bf cd cl cx cz ie lt mr pw sx tl"),
    "id": _words("au bd cv fj ir lv ly us vn"),
    "info": _words(
        "az bb bd bj bo ec eg et fj gu ht hu in ke ki la ls ml mv nf ni nr pl pr ro sd tn tr tt tz"
        " ve vn zm"
    ),
    "me": _words("eg in it ke kr so ss tz uk us"),
    "name": _words("az eg et fj hr mk mv my ng pr qa tj tr tt vn"),
    "ne": _words("jp ke kr tz ug us"),
    "net": _words("id th"),
    "nom": _words("ag br co es fr io km mg nc ni pa pe pl ro tm ve za"),
    "or": _words("at bi ci cr id it jp ke kr mu th tz ug us"),
    "org": _words("hu se sk sz"),
    "sch": _words("ae bd id ir jo lk ly ng qa sa ss uk zm"),
    "web": _words("bo do gu id lk nf ni pk tj tr ve za"),
}
# Top levels below which every name is a registry, but for the exceptions.
_ALL_REGISTRIES = _words("ck er fk jm mm np pg")
_EXCEPTIONS = _words("www.ck")
# Registries whose labels are their own, and hosts that give each customer a name below theirs.
_OTHERS = _words(
    "ad.jp asn.au ed.jp firm.in geek.nz govt.nz gr.jp in.th lg.jp ltd.uk nhs.uk plc.uk re.kr"
    " school.nz"
    " a.run.app appspot.com azurewebsites.net blogspot.com cloudfront.net firebaseapp.com fly.dev"
    " github.io gitlab.io herokuapp.com myshopify.com netlify.app ngrok.io onrender.com pages.dev"
    " readthedocs.io run.app s3.amazonaws.com vercel.app web.app workers.dev wordpress.com"
)

# -- the list --

_PACKAGE = "publicsuffixlist"
_DATA_FILE = "public_suffix_list.dat"
# A rule a line, which ends at the first white space; lines that begin with "//" are comments.
_RULES = r"^[^\S\n]*+(?!//)(\S+)"
_RULE = r"(?:\*\.|!)?+(?:[a-z0-9_\-\x80-\U0010ffff]++\.?+)++(?<!\.)"


class PublicSuffixes:
    r"""The Public Suffix List as a function: tells whether a domain is a public suffix.

    Made by `parse` or `load`; `CookieJar(is_public_suffix=PublicSuffixes.load())` goes by the list
    alone. Takes a domain in A-labels or U-labels and any case, with or without the root's dot at
    its end. Single labels are public suffixes, listed or not. So is the domain that a wildcard
    stands below, as in libpsl: a cookie for it would cover them all. RFC 6265bis, section 5.7;
    https://publicsuffix.org/list/.

    >>> suffixes = PublicSuffixes.parse("com\n*.ck\n!www.ck\n公司.cn")
    >>> [suffixes(domain) for domain in ("com", "a.ck", "www.ck", "xn--55qx5d.cn", "a.com")]
    [True, True, False, True, False]
    """

    __slots__ = ("_rules",)

    def __init__(self, rules: frozenset[str]) -> None:
        self._rules = rules

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a public suffix list, with the rules of ICANN and of private owners.

        Raises ValueError, which names the line, for what is no such list.
        """
        check_text("text", text)
        text = text.removeprefix("\ufeff").lower()
        rules: list[str] = re.findall(_RULES, text, re.MULTILINE)
        is_rule = re.compile(_RULE).fullmatch
        if not all(map(is_rule, rules)):
            wrong = next(
                found for found in re.finditer(_RULES, text, re.MULTILINE) if not is_rule(found[1])
            )
            raise ValueError(
                f"line {text.count(chr(10), 0, wrong.start()) + 1}: {wrong[1][:48]!a} is no rule"
                " of a public suffix list"
            )
        if not rules:
            raise ValueError("no rule of a public suffix list is in it")
        return cls(frozenset(map(_a_labels, rules)))

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Read a list from a file: `path`, or that of the installed package publicsuffixlist.

        Raises ImportError without that package, which the extra `psl` brings; OSError for a file
        that can't be read, and ValueError for one that holds no list.
        """
        if path is not None:
            with open(os.fspath(path), "rb") as file:  # noqa: PTH123 - to import pathlib takes long
                return cls.parse(file.read().decode("utf-8"))
        octets = _installed_list()
        if octets is None:
            raise ImportError(
                f"the public suffix list needs {_PACKAGE}: install httpcore-cookies[psl]"
            )
        return cls.parse(octets.decode("utf-8"))

    def __call__(self, domain: str) -> bool:
        """Tell whether a domain is a public suffix. Raises nothing."""
        domain = _a_labels(domain.lower().removesuffix("."))
        above = domain.partition(".")[2]
        return not above or (
            not self._rules.isdisjoint((domain, f"*.{domain}", f"*.{above}"))
            and f"!{domain}" not in self._rules
        )

    def __repr__(self) -> str:
        return f"<PublicSuffixes {len(self._rules)} rules>"


def is_public_suffix(domain: str) -> bool:
    """Tell whether a domain is one below which strangers hold names, such as "com" or "co.uk".

    Takes a domain in ASCII. It is one if it is a single label; if the built-in rule takes it for a
    registry, or for a host of strangers; or if the Public Suffix List says so, where the package
    publicsuffixlist is installed (the extra `psl`): its list is read at the first question that
    needs it. RFC 6265bis, section 5.7.

    >>> is_public_suffix("co.uk"), is_public_suffix("example.co.uk")
    (True, False)
    """
    check_text("domain", domain)
    domain = domain.lower().removesuffix(".")
    if _is_built_in(domain):
        return True
    whole = _whole_list()
    return whole is not None and whole(domain)


def _is_built_in(domain: str) -> bool:
    label, _, top = domain.partition(".")
    if not top or domain in _OTHERS:
        return True
    return len(top) == 2 and (
        (label in _USUAL and top not in _WITHOUT_USUAL)
        or top in _REGISTRIES.get(label, ())
        or (top in _ALL_REGISTRIES and domain not in _EXCEPTIONS)
    )


@cache
def _whole_list() -> PublicSuffixes | None:
    # Threads that ask at once may each read the list: their answers are the same.
    try:
        return PublicSuffixes.load()
    except ImportError:
        return None
    except (OSError, ValueError) as error:  # no reason to fail whoever gets a cookie
        import warnings

        warnings.warn(
            f"the list of {_PACKAGE} can't be read, so a short built-in one decides: {error}",
            RuntimeWarning,
            stacklevel=3,
        )
        return None


def _installed_list() -> bytes | None:
    # Found, not imported: to import the package and have it read its list takes far longer than
    # all that is done here. The loader reads from a zip file as well.
    from importlib.util import find_spec

    spec = find_spec(_PACKAGE)
    get_data: Any = spec and getattr(spec.loader, "get_data", None)
    if not (spec and spec.submodule_search_locations and get_data):
        return None
    data: bytes = get_data(os.path.join(spec.submodule_search_locations[0], _DATA_FILE))  # noqa: PTH118
    return data


def _a_labels(domain: str) -> str:
    """Return a domain with its U-labels as A-labels (RFC 5890, section 2.3.2.1; RFC 3492)."""
    if domain.isascii():
        return domain
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in domain.split(".")
    )
