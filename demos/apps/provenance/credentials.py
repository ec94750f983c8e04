"""Content Credentials (C2PA): who made a picture file, when and with what, signed over a hash of the file.

The certificates are tests of our own. Their keys follow from a secret that all processes of a server share:
what one has signed, any of them knows. They live in memory only and end with the server: a credential from
before a restart is still sound, but signed by somebody whom the new server doesn't know. Nothing here asks
the network, for revocation lists or for remote manifests.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from demos.kit.secret import secret

TOOL, EDITOR = "Ordlab", "Ordlab editor"  # as they name themselves
ORGANIZATION = "Ordlab (test certificate)"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"  # IPTC's vocabulary, which C2PA uses
DRAWN, GENERATED = f"{SOURCE_TYPES}algorithmicMedia", f"{SOURCE_TYPES}trainedAlgorithmicMedia"
SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
}
BINDING = "org.ordlab.watermark"  # names our watermark in a credential
LIFE = timedelta(days=90)
RENEWED = timedelta(days=30)  # a server may run for longer than a certificate lives
FILES = 512  # signed files that are remembered: signing again would give another file each time
APP11 = 0xEB  # the JPEG segments that hold a credential
LOCK = Lock()  # of the library: its calls take a millisecond

State = Literal["trusted", "unknown_signer", "invalid", "missing", "unreadable"]


# What signs


@dataclass(frozen=True)
class Authority:
    """A test root, and a certificate below it with its key, as PEM."""

    root: str
    chain: str
    key: str


def period() -> int:
    """The number of the stretch of time in which the same certificates sign."""
    return int(datetime.now(UTC).timestamp() // RENEWED.total_seconds())


@lru_cache(maxsize=2)
def authority(number: int) -> Authority:
    """The server's own in a period: equal in all its processes, to the byte."""
    begin = datetime.fromtimestamp(number * RENEWED.total_seconds(), UTC)
    root_key, key = (
        Ed25519PrivateKey.from_private_bytes(secret(f"{whose} {number}")) for whose in ("root", "demo")
    )
    root_name, name = named("Ordlab test root"), named("Ordlab demo")
    root = (
        certificate(root_name, root_name, root_key, root_key, begin)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .sign(root_key, None)
    )
    leaf = (
        certificate(name, root_name, key, root_key, begin)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(root_key, None)
    )
    root_pem, leaf_pem = (one.public_bytes(serialization.Encoding.PEM).decode() for one in (root, leaf))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return Authority(root_pem, leaf_pem + root_pem, pem.decode())


def certificate(
    name: x509.Name,
    issuer: x509.Name,
    key: Ed25519PrivateKey,
    issuer_key: Ed25519PrivateKey,
    begin: datetime,
) -> x509.CertificateBuilder:
    """What both certificates have, not yet signed."""
    serial = int.from_bytes(hashlib.sha256(key.public_key().public_bytes_raw()).digest()[:19])
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(begin - timedelta(days=1))
        .not_valid_after(begin + LIFE)
        .add_extension(own, critical=False)
        .add_extension(above, critical=False)
    )


def named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@lru_cache(maxsize=4)
def context(trusts_us: bool, number: int) -> c2pa.Context:
    """The library's settings, with our roots of a period and of the one before among those that are trusted,
    or without."""
    roots = "".join(authority(one).root for one in (number, number - 1))
    trust = {"trust": {"trust_anchors": roots}} if trusts_us else {}
    return c2pa.Context.from_dict(SETTINGS | trust)


# Signing


def signed(jpeg: bytes, title: str, model: str, source_type: str, number: int) -> bytes:
    """A JPEG file with a credential: made now, by us, with a model; its watermark carries a number."""
    return _signed(period(), jpeg, title, model, source_type, number)


@lru_cache(maxsize=FILES)
def _signed(by: int, jpeg: bytes, title: str, model: str, source_type: str, number: int) -> bytes:
    made = {
        "action": "c2pa.created",
        "when": now(),
        "softwareAgent": {"name": model},
        "digitalSourceType": source_type,
    }
    marked = {"action": "c2pa.watermarked", "when": now(), "softwareAgent": {"name": BINDING}}
    binding = {"alg": BINDING, "blocks": [{"scope": {}, "value": str(number)}]}
    assertions = [actions(made, marked), {"label": "c2pa.soft-binding", "data": binding}]
    return written(by, jpeg, manifest(TOOL, title, assertions))


def signed_again(jpeg: bytes, before: bytes, title: str, done: tuple[str, ...]) -> bytes:
    """An edited JPEG file with a credential of its own, which says what was done to which signed file."""
    return _signed_again(period(), jpeg, before, title, done)


@lru_cache(maxsize=FILES)
def _signed_again(by: int, jpeg: bytes, before: bytes, title: str, done: tuple[str, ...]) -> bytes:
    steps = [{"action": action, "when": now(), "softwareAgent": {"name": EDITOR}} for action in done]
    return written(by, jpeg, manifest(EDITOR, title, [actions(*steps)]), before)


def manifest(tool: str, title: str, assertions: list[dict[str, Any]]) -> str:
    generator = [{"name": tool}]
    return json.dumps(
        {
            "claim_generator_info": generator,
            "title": title,
            "format": "image/jpeg",
            "assertions": assertions,
        }
    )


def actions(*some: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": "c2pa.actions", "data": {"actions": list(some)}}


def written(by: int, jpeg: bytes, definition: str, before: bytes | None = None) -> bytes:
    """The file with a manifest signed by a period's certificate; `before` is the file that it was edited
    from."""
    own, file = authority(by), io.BytesIO()
    with LOCK:
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, own.chain.encode(), own.key.encode(), None)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(definition, context(True, by)) as builder:
            if before is not None:
                builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
                builder.add_ingredient({"relationship": "parentOf"}, "image/jpeg", io.BytesIO(before))
            builder.sign(signer, "image/jpeg", io.BytesIO(jpeg), file)
    return file.getvalue()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# Reading


@dataclass(frozen=True)
class Step:
    """One manifest: which tool signed it, and the actions it names, each with when and by which software."""

    tool: str
    signer: str
    source_type: str
    actions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Credential:
    """What a file's credential says, the oldest step first, and whether that can be believed.

    `faults` are C2PA's codes of what doesn't fit, such as assertion.dataHash.mismatch.
    """

    state: State
    steps: tuple[Step, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def hash_fits(self) -> bool:
        return bool(self.steps) and not any("hash" in code.lower() for code in self.faults)


def inspect(data: bytes, kind: str, trusts_us: bool) -> Credential:
    """The credential of a file of a media type, as one sees it who trusts our root, or one who doesn't."""
    try:
        with LOCK:
            reader = c2pa.Reader.try_create(kind, io.BytesIO(data), context=context(trusts_us, period()))
            if reader is None:
                return Credential("missing")
            with reader:
                report, state = json.loads(reader.json()), reader.get_validation_state()
        return understood(report, state)
    except (c2pa.C2paError, AttributeError, LookupError, TypeError, ValueError):
        return Credential("unreadable")


def understood(report: Mapping[str, Any], state: str | None) -> Credential:
    """What the library's report says. A stranger's assertions may have any form: raises AttributeError,
    LookupError, TypeError or ValueError where it is not C2PA's."""
    faults = tuple(dict.fromkeys(codes(report.get("validation_results", {}))))
    states: dict[str | None, State] = {"Trusted": "trusted", "Valid": "unknown_signer"}
    return Credential(states.get(state, "invalid"), steps(report), faults)


def codes(results: Mapping[str, Any]) -> list[str]:
    """The codes of all that failed, in the newest manifest and in those that it refers to."""
    parts = [results.get("activeManifest") or {}]
    parts += [delta.get("validationDeltas") or {} for delta in results.get("ingredientDeltas") or []]
    return [str(failure.get("code")) for part in parts for failure in part.get("failure") or []]


def steps(report: Mapping[str, Any]) -> tuple[Step, ...]:
    """The manifests from the newest to what it was made from, and so on, in the order of time."""
    manifests, label = report.get("manifests") or {}, report.get("active_manifest")
    found: list[Step] = []
    seen: set[str] = set()
    while isinstance(label, str) and label in manifests and label not in seen:
        seen.add(label)
        found.append(step(manifests[label]))
        parents = [
            part.get("active_manifest")
            for part in manifests[label].get("ingredients") or []
            if part.get("relationship") == "parentOf"
        ]
        label = parents[0] if parents else None
    return tuple(reversed(found))


def step(claim: Mapping[str, Any]) -> Step:
    named = [
        action
        for assertion in claim.get("assertions") or []
        if str(assertion.get("label")).startswith("c2pa.actions")
        for action in (assertion.get("data") or {}).get("actions") or []
    ]
    tools = claim.get("claim_generator_info") or [{}]
    signature = claim.get("signature_info") or {}
    return Step(
        tool=str(tools[0].get("name", "")),
        signer=str(signature.get("issuer", "")),
        source_type=next((str(a["digitalSourceType"]) for a in named if a.get("digitalSourceType")), ""),
        actions=tuple((str(a.get("action")), str(a.get("when", "")), agent(a)) for a in named),
    )


def agent(action: Mapping[str, Any]) -> str:
    """The software that an action names: a name alone in old files, else a record."""
    software = action.get("softwareAgent", "")
    return str(software.get("name", "")) if isinstance(software, dict) else str(software)


# The file around it


def without(jpeg: bytes) -> bytes:
    """The JPEG file without its credential, its picture untouched."""
    start, kept, rest = taken_apart(jpeg)
    return start + b"".join(part for kind, part in kept if kind != APP11) + rest


def with_that_of(jpeg: bytes, other: bytes) -> bytes:
    """The JPEG file with the credential of another one."""
    start, kept, rest = taken_apart(without(jpeg))
    theirs = [part for kind, part in taken_apart(other)[1] if kind == APP11]
    first, *others = [part for _, part in kept]
    return start + first + b"".join([*theirs, *others]) + rest


def taken_apart(jpeg: bytes) -> tuple[bytes, list[tuple[int, bytes]], bytes]:
    """A JPEG file's first two bytes, its segments by kind up to where the picture begins, and the rest."""
    parts, place = [], 2
    while jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[place + 2 : place + 4])
        parts.append((jpeg[place + 1], jpeg[place : place + length]))
        place += length
    return jpeg[:2], parts, jpeg[place:]
