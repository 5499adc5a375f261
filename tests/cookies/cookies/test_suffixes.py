"""Public suffixes: the list against its own cases, the built-in rule, and where the list is found."""

import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import ascii_letters, digits

import pytest

from httpcore_cookies import CookieJar, is_public_suffix
from httpcore_cookies.cookies import _suffixes
from httpcore_cookies.cookies._site import registrable_domain
from httpcore_cookies.cookies._suffixes import PublicSuffixes

DATA = Path(__file__).parents[2] / "conformance" / "data" / "psl"
LIST = DATA / "public_suffix_list.dat"


@pytest.fixture(autouse=True)
def fresh():
    """Have no test see the list that another one found."""
    _suffixes._whole_list.cache_clear()
    yield
    _suffixes._whole_list.cache_clear()


@pytest.fixture
def without_list(monkeypatch):
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Give a function that puts a package publicsuffixlist with a text first on the path."""

    def with_text(text):
        package = tmp_path / "publicsuffixlist"
        package.mkdir()
        (package / "__init__.py").write_text("raise RuntimeError('not to be imported')")
        (package / "public_suffix_list.dat").write_bytes(text.encode())
        monkeypatch.syspath_prepend(tmp_path)

    return with_text


@pytest.fixture(scope="module")
def whole():
    return PublicSuffixes.load(LIST)


# -- the list --


PAIR = {
    "test_psl.txt": re.compile(r"^checkPublicSuffix\('?(.+?)'?, '?(.+?)'?\);", re.M),
    "tests.txt": re.compile(r"^([^/\s]\S*) (\S+)$", re.M),
}
OF_HOSTS = {name: pair.findall((DATA / name).read_text("utf-8")) for name, pair in PAIR.items()}
NO_HOST = "no URL has a host that begins with a dot, or none"


def is_host(case):
    host, _ = case
    return host != "null" and not host.startswith(".")


@pytest.mark.parametrize("name", OF_HOSTS)
def test_registrable_domains_are_those_of_the_lists_own_cases(name, whole):
    expected = dict(filter(is_host, OF_HOSTS[name]))
    found = {host: registrable_domain(host.lower(), whole) or "null" for host in expected}
    assert expected == found


RULES_OF_THE_LIST = [
    line.split()[0]
    for line in LIST.read_text("utf-8").splitlines()
    if line and not line.startswith("//")
]


def test_each_rule_of_the_list_holds(whole):
    wrong = [
        rule
        for rule in RULES_OF_THE_LIST
        if whole(rule.replace("*", "any").lstrip("!")) == (rule[0] == "!")
    ]
    assert ([], f"<PublicSuffixes {len(RULES_OF_THE_LIST)} rules>") == (wrong, repr(whole))


RULES = PublicSuffixes.parse(
    "// a comment\n"
    "uk\n"
    "co.UK the rest of a line is a comment\r\n"
    "\t*.Sch.uk\n"
    "!city.sch.uk\n"
    "   // another\n"
    "公司.cn\n"
    "faß.test\n"
    "// ===BEGIN PRIVATE DOMAINS===\n"
    "github.io"
)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("uk", True),
        ("unlisted", True),
        ("", True),
        ("co.uk", True),
        ("CO.uK", True),
        ("co.uk.", True),
        ("co.uk..", False),
        (".co.uk", False),
        ("a.co.uk", False),
        ("xco.uk", False),
        ("org.uk", False),
        ("a.sch.uk", True),
        ("b.a.sch.uk", False),
        ("city.sch.uk", False),
        ("a.city.sch.uk", False),
        ("公司.cn", True),
        ("xn--55qx5d.cn", True),
        ("XN--55QX5D.CN", True),
        ("a.公司.cn", False),
        ("xn--fa-hia.test", True),
        ("fass.test", False),
        ("github.io", True),
        ("a.github.io", False),
        ("1.2.3.4", False),
        ("\ud800.uk", False),
    ],
)
def test_a_domain_is_a_public_suffix_by_the_rule_for_it(domain, expected):
    assert expected is RULES(domain)


def test_what_a_wildcard_stands_below_is_a_public_suffix_too():
    # A cookie for it would cover all of them; libpsl says the same.
    assert [True, True] == [RULES("sch.uk"), PublicSuffixes.parse("*.a.b.test")("a.b.test")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rule of a public suffix list is in it"),
        ("// nothing\n\n", "no rule of a public suffix list is in it"),
        ("<!DOCTYPE html>\n", "line 1: '<!doctype' is no rule of a public suffix list"),
        ("// a..b\ncom\n\n  a..b", "line 4: 'a..b' is no rule of a public suffix list"),
        ("com\nb.*.test", "line 2: 'b.*.test' is no rule"),
        ("*", "line 1: '*' is no rule"),
        ("*.", "line 1: '*.' is no rule"),
        ("!", "line 1: '!' is no rule"),
        (".a", "line 1: '.a' is no rule"),
        ("a.", "line 1: 'a.' is no rule"),
        ("a\x00b", r"line 1: 'a\x00b' is no rule"),
        ('{"a":1}', "line 1: "),
        ("x" * 99 + "/", "line 1: '" + "x" * 48 + "' is no rule"),
    ],
)
def test_a_text_that_is_no_list_is_refused_with_its_line(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        PublicSuffixes.parse(text)


def test_what_a_rule_is_made_of():
    def is_rule(character):
        try:
            return bool(PublicSuffixes.parse(f"a{character}b"))
        except ValueError:
            return False

    characters = [chr(code) for code in range(0x180)]
    ends_it = {character for character in characters if character.isspace()}
    expected = {*ascii_letters, *digits, *"-_.", *ends_it, *characters[0x80:]}
    assert expected == set(filter(is_rule, characters))


@pytest.mark.parametrize("unit", ["a.", "a", "*.", "!", "\n", " ", "//", "公."])
def test_hostile_texts_and_domains_take_linear_time(unit):
    RULES(unit * 100_000)
    for end in ("com", "<"):
        try:
            PublicSuffixes.parse(unit * 100_000 + end)
        except ValueError:
            pass


def test_a_file_is_read_as_utf_8_with_or_without_a_mark(tmp_path):
    (tmp_path / "list").write_bytes(b"\xef\xbb\xbf" + "co.uk\n公司.cn".encode())
    suffixes = PublicSuffixes.load(tmp_path / "list")
    assert [True, True] == [suffixes("co.uk"), suffixes("公司.cn")]
    (tmp_path / "list").write_bytes(b"co.uk\n\xff")
    with pytest.raises(ValueError, match="utf-8"):
        PublicSuffixes.load(tmp_path / "list")
    with pytest.raises(FileNotFoundError):
        PublicSuffixes.load(tmp_path / "none")


def test_a_jar_goes_by_the_list_that_it_is_given():
    jar = CookieJar(clock=lambda: 0.0, is_public_suffix=RULES)
    place = {"scheme": "https", "host": "www.sch.uk", "path": "/"}
    jar.extract(["a=1; Domain=sch.uk", "b=2; Domain=uk", "c=3; Domain=www.sch.uk"], **place)
    assert ["c"] == list(jar)


# -- where the list is found --


def test_the_installed_list_is_found_and_not_imported(install):
    install("com\nshared.example\n")
    assert [True, False] == [is_public_suffix("shared.example"), is_public_suffix("own.example")]
    assert [True, False] == [
        PublicSuffixes.load()("shared.example"),
        PublicSuffixes.load()("co.uk"),
    ]
    assert "publicsuffixlist" not in sys.modules


def test_the_installed_list_is_found_in_a_zip_file(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        archive.writestr("publicsuffixlist/__init__.py", "")
        archive.writestr("publicsuffixlist/public_suffix_list.dat", "com\nshared.example\n")
    monkeypatch.syspath_prepend(tmp_path / "site.zip")
    assert True is is_public_suffix("shared.example")


@pytest.mark.usefixtures("without_list")
def test_without_the_package_the_built_in_rule_decides_and_load_names_the_extra():
    assert [True, False] == [is_public_suffix("co.uk"), is_public_suffix("shared.example")]
    with pytest.raises(ImportError, match=r"install httpcore-cookies\[psl\]"):
        PublicSuffixes.load()


@pytest.mark.parametrize("name", ["publicsuffixlist.py", "publicsuffixlist/other.txt"])
def test_another_module_of_that_name_is_not_the_package(name, tmp_path, monkeypatch):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError, match=r"install httpcore-cookies\[psl\]"):
        PublicSuffixes.load()


def test_an_installed_list_that_cannot_be_read_is_warned_about_once(install):
    install("<html>")
    words = "^the list of publicsuffixlist can't be read.*line 1: '<html>'"
    with pytest.warns(RuntimeWarning, match=words) as caught:
        assert False is is_public_suffix("shared.example")
    assert [__file__] == [warning.filename for warning in caught]
    assert [True, False] == [is_public_suffix("co.uk"), is_public_suffix("shared.example")]


def test_an_installed_package_that_has_lost_its_list_is_warned_about(install, tmp_path):
    install("")
    (tmp_path / "publicsuffixlist" / "public_suffix_list.dat").unlink()
    with pytest.warns(RuntimeWarning, match="publicsuffixlist can't be read.*No such file"):
        assert False is is_public_suffix("shared.example")


def test_the_list_is_not_read_before_it_is_needed(install):
    install("<html>")  # to read it would be a warning, and so an error
    assert [True] * 4 == [is_public_suffix(d) for d in ("com", "co.uk", "github.io", "a.ck")]


def test_the_import_reads_no_list(tmp_path):
    program = (
        "import sys; before = set(sys.modules); import httpcore_cookies;"
        " print(sorted({'publicsuffixlist', 'importlib.util'} & (set(sys.modules) - before)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == run.stdout.strip()


def test_threads_that_ask_at_once_get_one_answer(install):
    install(LIST.read_text("utf-8"))
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(is_public_suffix, ["a.co.kyoto.jp", "ine.kyoto.jp"] * 16))
    assert {True, False} == answers


# -- the built-in rule --


def icann_rules():
    text = LIST.read_text("utf-8").partition("===END ICANN DOMAINS===")[0]
    return {line for line in text.splitlines() if line and not line.startswith("//")}


def two_labels_of_countries(rules):
    return {rule for rule in rules if re.fullmatch(r"[^.*!]+\.[a-z]{2}", rule)}


def countries(rules):
    return {rule.rpartition(".")[2] for rule in rules if re.search(r"(^|\.)[a-z]{2}$", rule)}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("com", True),
        ("com.", True),
        ("localhost", True),
        ("", True),
        ("co.uk", True),
        ("CO.UK", True),
        ("co.uk.", True),
        ("com.uk", True),  # no registry, but of the kind
        ("com.xx", True),
        ("com.de", False),
        ("co.de", False),
        ("mil.be", False),
        ("gov.ie", True),
        ("a.ck", True),
        ("www.ck", False),
        ("a.www.ck", False),
        ("a.co.uk", False),
        ("com.example", False),
        ("example.com", False),
        ("github.io", True),
        ("a.github.io", False),
        ("1.2.3.4", False),
    ],
)
@pytest.mark.usefixtures("without_list")
def test_the_built_in_rule_knows_single_labels_registries_and_hosts_of_strangers(domain, expected):
    assert expected is is_public_suffix(domain)


def test_the_built_in_rule_names_registries_as_the_list_does():
    rules = icann_rules()
    listed = {rule.removeprefix("*.") for rule in rules}
    by_label = {
        label: {top for top in countries(rules) if f"{label}.{top}" in listed}
        for label in _suffixes._REGISTRIES
    }
    for label in by_label.keys() & _suffixes._USUAL:
        by_label[label] &= _suffixes._WITHOUT_USUAL
    assert by_label == _suffixes._REGISTRIES
    assert {top for top in countries(rules) if f"*.{top}" in rules} == _suffixes._ALL_REGISTRIES
    assert {rule[1:] for rule in rules if re.fullmatch(r"!\w+\.\w+", rule)} == _suffixes._EXCEPTIONS
    beyond = {"run.app", "a.run.app", "wordpress.com"}  # shared by strangers, and not listed so
    suffixes = PublicSuffixes.load(LIST)
    assert beyond >= {domain for domain in _suffixes._OTHERS if not suffixes(domain)}


def test_the_built_in_rule_goes_little_beyond_the_list(whole):
    rules = icann_rules()
    listed = two_labels_of_countries(rules)
    labels = _suffixes._USUAL | _suffixes._REGISTRIES.keys()
    said = {
        domain
        for label in labels
        for top in countries(rules)
        if _suffixes._is_built_in(domain := f"{label}.{top}")
        and top not in _suffixes._ALL_REGISTRIES
    }
    of_these_labels = {rule for rule in listed if rule.partition(".")[0] in labels}
    assert (3377, 992) == (len(listed), len(of_these_labels))
    assert of_these_labels <= said
    assert 109 == len({domain for domain in said if not whole(domain)})


def played():
    """Say which cases are graded here, which are left out, and why."""
    return {
        **{
            f"psl/{name}": {
                "graded": [case for case in cases if is_host(case)],
                "left out": {NO_HOST: [case for case in cases if not is_host(case)]},
            }
            for name, cases in OF_HOSTS.items()
        },
        "psl/public_suffix_list.dat": {"graded": RULES_OF_THE_LIST},
    }
