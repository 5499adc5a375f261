"""Certificates that nobody should accept, each refused in every world, with a message that says why.

Nothing of the request is sent, and the next one, to a server that has mended its ways, works.
"""

import pickle

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

import httpcore_client as httpcore
from httpcore_client import TLSConfig
from testkit.certificates import Issued, rsa_key, sign_weakly
from testkit.peer import Peer, response

OK = response()
ROOT = Issued(common_name="our root", is_ca=True)
OTHER = Issued(common_name="another root", is_ca=True)
MIDDLE = Issued(common_name="our middle", issuer=ROOT, is_ca=True)
LEAF_CA = Issued(common_name="no authority", issuer=ROOT, is_ca=False)
OLD_MIDDLE = Issued(common_name="our old middle", issuer=ROOT, is_ca=True, end=-0.5)
WEAK_MIDDLE = Issued(common_name="our weak middle", issuer=ROOT, is_ca=True, key=rsa_key(1024))
# Its only dNSName is FF FE, where ASCII belongs (RFC 5280 4.2.1.6): Python can't read it.
NO_TEXT = x509.UnrecognizedExtension(
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x04\x82\x02\xff\xfe"
)
CLIENTS_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])


def constrained(permitted=None, excluded=None):
    constraints = x509.NameConstraints(
        None if permitted is None else [x509.DNSName(permitted)],
        None if excluded is None else [x509.DNSName(excluded)],
    )
    return Issued(common_name="our bound", issuer=ROOT, is_ca=True, extensions=[constraints])


class Case:
    """One server that should be refused.

    Args:
        code: OpenSSL's number for the reason; a set where it depends on the version.
        says: what the message has in it.
        names: what its certificate is for.
        host: the URL's.
        tls: further settings of the client.
        options: of the certificate.
    """

    def __init__(self, code, *says, names=("localhost",), host="localhost", tls=None, **options):
        self.code = {code} if isinstance(code, int) else code
        self.says = says
        self.host = host
        self.tls = tls or {}
        self._names = names
        self._options = {"issuer": ROOT, **options}

    def issue(self):
        options = dict(self._options)
        if callable(options["issuer"]):
            options["issuer"] = options["issuer"]()
            options["sends"] = (options["issuer"],)
        return Issued(*self._names, **options)


def for_name(name, *names, code=62):
    """A certificate for other names than the one that is asked for in place of the URL's."""
    return Case(code, "it is for", f"not for {name!r}", names=names, tls={"server_name": name})


CASES = {
    "expired": Case(10, "it expired on", end=-0.5),
    "expired above": Case(
        10,
        "that of 'our old middle', on which it rests, expired",
        issuer=OLD_MIDDLE,
        sends=(OLD_MIDDLE,),
    ),
    "not yet valid": Case(9, "is not valid yet", "is the clock right?", start=1),
    "wrong host": Case(
        62,
        "it is for 'a.test', 'b.test', not for 'localhost'",
        "verify_name",
        names=("a.test", "b.test"),
    ),
    "many wrong hosts": Case(
        62, "'4.test' and 2 more, not for", names=[f"{n}.test" for n in range(7)]
    ),
    "wildcard of two labels": for_name("a.b.example.test", "*.example.test"),
    "wildcard of no label": for_name("example.test", "*.example.test"),
    "wildcard of a part": for_name("xa.example.test", "x*.example.test"),
    "wildcard of a whole domain": for_name("example.test", "*.test"),
    "wildcard in the middle": for_name("a.b.test", "a.*.test"),
    "wildcard in an A-label": for_name("xn--bcher-kva.example.test", "xn--*.example.test"),
    "another IDN": for_name("xn--bcher-kva.example.test", "xn--bchre-kva.example.test"),
    "address in a name": Case(
        64,
        "it is for '127.0.0.1', not for '127.0.0.1'",
        names=("DNS:127.0.0.1",),
        host="127.0.0.1",
    ),
    "name for an address": Case(64, "it is for 'localhost', not", host="127.0.0.1"),
    "another IPv4 address": Case(64, "not for '127.0.0.1'", names=("127.0.0.2",), host="127.0.0.1"),
    "another IPv6 address": for_name("::1", "::2", code=64),
    "address for a name": Case(62, "it is for '127.0.0.1', not for", names=("127.0.0.1",)),
    "common name only": Case(
        62, "it is for no host (a common name is none)", names=(), common_name="localhost"
    ),
    "self-signed": Case(18, "it is signed by itself", "pins='sha256:", issuer=None),
    "unknown authority": Case(
        19,
        "it goes back to 'another root', which is not trusted",
        "ssl='system'",
        issuer=OTHER,
        sends=(OTHER,),
    ),
    "unknown authority that is not sent": Case(
        20, "it is by 'another root', which is not trusted", "has shown no other", issuer=OTHER
    ),
    "incomplete chain": Case(20, "it is by 'our middle'", "it must", issuer=MIDDLE),
    "weak key": Case(66, "is too short", "SECLEVEL", key=rsa_key(1024)),
    "weak key above": Case(67, "is too short", issuer=WEAK_MIDDLE, sends=(WEAK_MIDDLE,)),
    "revoked": Case(23, "it has been revoked", tls={"crls": "revoked.pem"}),
    "no revocation list": Case(3, "no revocation list of 'our root'", tls={"crls": "other.pem"}),
    "old revocation list": Case(12, "list of its issuer has expired", tls={"crls": "old.pem"}),
    "early revocation list": Case(
        11, "list of its issuer is not valid yet", tls={"crls": "early.pem"}
    ),
    "not permitted": Case(47, "name constraints", issuer=lambda: constrained("a.test")),
    "excluded": Case(48, "name constraints", issuer=lambda: constrained(excluded="localhost")),
    "for clients": Case(26, "not meant for servers", extensions=[CLIENTS_ONLY]),
    "a name that is no text": Case(62, "not for 'localhost'", names=(), extensions=[NO_TEXT]),
    "a name that is no text for an address": Case(
        64, "not for '127.0.0.1'", names=(), extensions=[NO_TEXT], host="127.0.0.1"
    ),
    "a name that is no text, self-signed": Case(
        18, "it is signed by itself", names=(), extensions=[NO_TEXT], issuer=None
    ),
    "a name that is no text, by an unknown authority": Case(
        20, "not trusted", names=(), extensions=[NO_TEXT], issuer=OTHER
    ),
    "issued by no authority": Case(
        {24, 79}, "not that of an authority", issuer=LEAF_CA, sends=(LEAF_CA,)
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def servers(folder):
    """For each case its certificate and a context; and a good one."""
    made = {name: case.issue() for name, case in CASES.items()}
    ROOT.revoke(folder / "revoked.pem", made["revoked"])
    ROOT.revoke(folder / "old.pem", end=-1)
    ROOT.revoke(folder / "early.pem", start=1)
    OTHER.revoke(folder / "other.pem")
    contexts = {name: (issued, issued.server_context(folder)) for name, issued in made.items()}
    good = Issued(
        *("localhost", "127.0.0.1", "::1", "*.example.test", "a.b.example.test", "example.test"),
        "a.b.test",
        issuer=ROOT,
    )
    return {**contexts, "good": (good, good.server_context(folder))}


def settings(case, folder):
    crls = {"crls": str(folder / case.tls["crls"])} if "crls" in case.tls else {}
    return TLSConfig(ROOT.pem, **{**case.tls, **crls})


def turning(bad, good):
    """A context for a server that is bad once, and good from then on."""
    contexts = [bad]

    def choose(tls, name, context):
        tls.context = contexts.pop() if contexts else good

    bad.sni_callback = choose
    return bad


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_and_the_next_request_works(world, name, servers, folder):
    case = CASES[name]
    issued, context = servers[name]
    peer = Peer(context=turning(context, servers["good"][1]))
    peer.handlers = (peer.answering(OK),)

    async def scenario():
        async with world.client(
            ssl=settings(case, folder), pool_limits=httpcore.PoolLimits(max_connections=1)
        ) as client:
            url = f"https://{case.host}:{peer.port}/"
            with pytest.raises(httpcore.CertificateError) as caught:
                await client.get(url, headers={"Authorization": "Bearer secret"})
            assert [] == peer.requests
            if "crls" not in case.tls:  # with a list the good one has none either
                assert "hello" == (await client.get(url)).text
            return caught.value

    with peer:
        error = world.run(scenario)
    for said in (*case.says, "is not trusted: ", "(OpenSSL: "):
        assert said in str(error)
    assert error.verify_code in case.code
    assert issued.der == error.certificate
    copied = pickle.loads(pickle.dumps(error))
    assert (str(error), error.verify_code, issued.der) == (
        str(copied),
        copied.verify_code,
        copied.certificate,
    )


@pytest.mark.parametrize("how", ["server_name", "verify_name"])
@pytest.mark.parametrize(
    "name",
    [
        *("localhost", "A.Example.TEST", "xn--bcher-kva.example.test", "bücher.example.test"),
        *("a.b.example.test", "127.0.0.1", "::1"),
    ],
)
def test_a_name_that_is_right_is_accepted(world, name, how, servers):
    """With `server_name` it is OpenSSL that checks it."""
    peer = Peer(context=servers["good"][1])
    peer.handlers = (peer.answering(OK),)

    async def scenario():
        async with world.client(ssl=TLSConfig(ROOT.pem, **{how: name})) as client:
            return (await client.get(f"https://localhost:{peer.port}/")).text

    with peer:
        assert "hello" == world.run(scenario)


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if "server_name" in case.tls or case.code == {64}]
)
def test_a_name_that_is_checked_by_hand_is_refused_as_well(world, name, servers):
    """`verify_name` is checked after the handshake, for which OpenSSL is not asked."""
    case = CASES[name]
    issued, context = servers[name]
    peer = Peer(context=context)
    peer.handlers = (peer.answering(OK),)
    wanted = case.tls.get("server_name", case.host.strip("[]"))

    async def scenario():
        async with world.client(ssl=TLSConfig(ROOT.pem, verify_name=wanted)) as client:
            with pytest.raises(httpcore.CertificateError, match="it is for") as caught:
                await client.get(f"https://localhost:{peer.port}/")
            assert [] == peer.requests
            return caught.value

    context.sni_callback = None
    with peer:
        error = world.run(scenario)
    assert case.code == {error.verify_code}
    assert issued.der == error.certificate
    assert f"not for {wanted!r}" in str(error)


@pytest.mark.parametrize("how", ["verify_name", "pins"])
def test_names_that_are_no_text_are_no_names(world, servers, how):
    """Here OpenSSL is not asked for a name, so that only we see it."""
    issued, context = servers["a name that is no text"]
    context.sni_callback = None
    peer = Peer(context=context)
    peer.handlers = (peer.answering(OK),)
    settings = {
        "verify_name": TLSConfig(ROOT.pem, verify_name="localhost"),
        "pins": TLSConfig(False, pins="sha256:" + "00" * 32),
    }

    async def scenario():
        async with world.client(ssl=settings[how]) as client:
            with pytest.raises(httpcore.CertificateError) as caught:
                await client.get(f"https://localhost:{peer.port}/")
            return caught.value.certificate

    with peer:
        assert issued.der == world.run(scenario)
    assert [] == peer.requests


def test_a_signature_over_a_weak_hash_is_refused(world, folder):
    root = Issued(common_name="our RSA root", is_ca=True, key=rsa_key())
    issued = sign_weakly(Issued("localhost", issuer=root))
    peer = Peer(context=issued.server_context(folder))
    peer.handlers = (peer.answering(OK),)

    async def scenario():
        async with world.client(ssl=root.pem) as client:
            with pytest.raises(
                httpcore.CertificateError, match="signed over a weak hash"
            ) as caught:
                await client.get(f"https://localhost:{peer.port}/")
            assert [] == peer.requests
            return caught.value.verify_code

    with peer:
        assert 68 == world.run(scenario)
