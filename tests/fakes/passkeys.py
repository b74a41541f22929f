"""A security key in memory: answers WebAuthn requests as a phone or a browser would."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class Passkey:
    """One key pair for one site; `origin` is where the browser believes to be."""

    def __init__(self, origin: str = "https://testserver") -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.user_handle = b""
        self.rp = hashlib.sha256(b"testserver").digest()

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        asked = options["publicKey"]
        self.user_handle = websafe_decode(asked["user"]["id"])
        client_data = self._client_data(CollectedClientData.TYPE.CREATE, asked["challenge"])
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        data = AuthenticatorData.create(
            self.rp,
            FLAG.UP | FLAG.UV | FLAG.AT,
            0,
            AttestedCredentialData.create(bytes(16), self.credential_id, public),
        )
        attestation = AttestationObject.create("none", data, {})
        return self._answer(
            clientDataJSON=websafe_encode(client_data), attestationObject=websafe_encode(attestation)
        )

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        client_data = self._client_data(CollectedClientData.TYPE.GET, options["publicKey"]["challenge"])
        data = AuthenticatorData.create(self.rp, FLAG.UP | FLAG.UV, 0)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=websafe_encode(client_data),
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=websafe_encode(self.user_handle),
        )

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _answer(self, **response: str) -> dict[str, Any]:
        name = websafe_encode(self.credential_id)
        return {
            "type": "public-key",
            "id": name,
            "rawId": name,
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
