// Passkeys: joins our buttons with allauth's WebAuthn script, which is loaded before this one.
// Without script the buttons stay hidden, and password, code and app work as always.

const { forms } = window.allauth.webauthn;

const show = (id, wire) => {
  const button = document.getElementById(id);
  if (!button || !window.PublicKeyCredential) return;
  wire();
  button.hidden = false;
};

show("passkey-login", () =>
  forms.loginForm({ ids: { login: "passkey-login", credential: "passkey-credential" } }),
);
show("passkey-use", () =>
  forms.authenticateForm({ ids: { authenticate: "passkey-use", credential: "passkey-credential", data: "passkey-data" } }),
);
show("passkey-add", () =>
  forms.addForm({
    ids: { add: "passkey-add", credential: "id_credential", passwordless: "id_passwordless", data: "passkey-data" },
  }),
);

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.getElementById("passkey-error");
  if (note) note.hidden = false;
});
