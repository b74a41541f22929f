// Comfort only: every page works without this file.

const root = document.documentElement;

// Theme: the form opens /theme/; with script the cookie is set here and nothing reloads.
const rememberTheme = (theme) => {
  const chosen = theme === "light" || theme === "dark";
  const secure = location.protocol === "https:" ? "; secure" : "";
  const life = chosen ? 31536000 : 0;
  document.cookie = `theme=${chosen ? theme : ""}; path=/; max-age=${life}; samesite=lax${secure}`;
  if (chosen) root.setAttribute("data-theme", theme);
  else root.removeAttribute("data-theme");
};

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.name !== "theme" || !event.target.matches(".theme-switch")) return;
  event.preventDefault();
  rememberTheme(button.value);
  for (const other of event.target.elements) {
    if (other.name === "theme") other.setAttribute("aria-pressed", String(other === button));
  }
});

// An open menu closes on a click outside and on Escape, which also gives the focus back.
const openMenus = () => document.querySelectorAll(".menu[open]");

document.addEventListener("click", (event) => {
  const inside = event.target.closest(".menu");
  for (const menu of openMenus()) if (menu !== inside) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

// A form sends once: a second click while the page is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
  // A download leaves the page where it is; its form may be sent again.
  setTimeout(() => delete form.dataset.sent, 4000);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Print buttons.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A part of the page that could not be fetched says so and keeps what was typed.
const sayBroken = () => {
  const note = document.getElementById("not-sent");
  if (note) note.hidden = false;
};
document.addEventListener("htmx:responseError", sayBroken);
document.addEventListener("htmx:sendError", sayBroken);
