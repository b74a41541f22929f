// Comfort for readers of articles; every page works without this file.

// Where a visitor was, kept on this device and never sent: {slug: {p: percent, a: section, t: title, at: when}}
const STORE = "bt:read";
const recall = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {}; // private mode
  }
};
const latest = (places) => Object.entries(places).sort(([, one], [, other]) => other.at - one.at);
const isFinished = (place) => place?.p >= 95;
const isBegun = (place) => place?.p > 3 && !isFinished(place);

// A word for a moment, seen and heard.
const voice = document.createElement("output");
voice.style.cssText = "position: fixed; inset: auto 1rem 5.5rem auto; z-index: 30";
document.body.append(voice);
const say = (word) => {
  voice.className = "note ok";
  voice.textContent = word;
  setTimeout(() => { voice.className = voice.textContent = ""; }, 4000);
};

// Links to sections, and sharing.
const copy = (address) => navigator.clipboard?.writeText(address).then(() => say("Link copied"), () => {});
const share = ({ url, title }) => (navigator.share ? navigator.share({ url, title }).catch(() => {}) : copy(url));
document.addEventListener("click", ({ target }) => {
  const anchor = target.closest("a.anchor");
  if (anchor) copy(location.origin + location.pathname + anchor.hash);
  const button = target.closest("[data-share]");
  if (button) share(button.dataset);
});
for (const button of document.querySelectorAll("[data-share]")) button.hidden = !(navigator.share ?? navigator.clipboard);

// Following the reader: the contents list, and how far they are. Who comes to the footnotes has read the text.
const PARTS = ":is(h2, h3)[id], .footnotes";
const follow = (prose, keep) => {
  const parts = [...prose.querySelectorAll(PARTS)];
  const links = document.querySelectorAll('.toc a[href^="#"]');
  const notes = prose.querySelector(".footnotes");
  let begun, place, kept, timer, frame, rest;

  const write = (isLeaving) => {
    if (isLeaving) look();
    clearTimeout(timer);
    timer = 0;
    if (!begun || place === kept) return;
    kept = place;
    keep(place, isLeaving);
  };
  const current = () => parts.findLast((part) => part.getBoundingClientRect().top < innerHeight * 0.3)?.id ?? "";
  const mark = () => {
    frame = 0;
    const anchor = current();
    for (const link of links) link.ariaCurrent = link.hash === `#${anchor}` ? "true" : null;
  };
  const look = () => {
    // Looking up a footnote is no progress.
    const note = prose.querySelector(".footnotes :target")?.getBoundingClientRect();
    if (note && note.top < innerHeight && note.bottom > 0) return;
    const { top, bottom } = prose.getBoundingClientRect();
    const end = notes ? notes.getBoundingClientRect().top : bottom;
    const percent = Math.min(100, Math.max(0, Math.round(((innerHeight - top) / (end - top)) * 100) || 0));
    const anchor = current();
    if (percent !== place?.percent || anchor !== place.anchor) place = { percent, anchor };
    if (begun) timer ||= setTimeout(write, 15000);
  };
  const soon = () => {
    frame ||= requestAnimationFrame(mark);
    clearTimeout(rest);
    rest = setTimeout(look, 200); // a page that glides by is not read
  };
  const begin = () => {
    begun = true;
    soon();
  };
  addEventListener("scroll", begin, { passive: true });
  addEventListener("resize", soon);
  addEventListener("pagehide", () => write(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) write(true); });
  setTimeout(begin, 10000);
  soon();
};

// A failure need not disturb a reader: the next place is sent anyway.
const send = (url) => (place, isLeaving) => {
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ ...place, csrfmiddlewaretoken });
  if (isLeaving) navigator.sendBeacon(url, body);
  else fetch(url, { method: "POST", body, keepalive: true }).catch(() => {});
};
const store = (slug, t) => ({ percent, anchor: a }) => {
  const before = recall();
  const p = Math.max(percent, before[slug]?.p ?? 0);
  const places = latest({ ...before, [slug]: { p, a, t, at: Date.now() } }).slice(0, 50);
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(places)));
  } catch {} // private mode, or full
};
const resume = (note, place) => {
  const heading = isBegun(place) && document.getElementById(place.a)?.cloneNode(true);
  if (!heading) return;
  heading.querySelector(".anchor")?.remove();
  const link = note.querySelector("a");
  link.href = `#${place.a}`;
  link.textContent = `Continue where you were: ${heading.textContent}`;
  note.hidden = false;
};

// Asking about words: a selection inside one section, without what the page adds to the text.
const ADDED = ".anchor, .ask, .inset, .end, sup:has(a[href^='#fn-'])";
const BLOCKS = ":not(a, abbr, code, em, strong, sub, sup)";
const isLetter = (text, at) => /[\p{L}\p{N}]/u.test(text.data[at] ?? "");
// A mouse lets go in the middle of a word; half a word may say something else.
const inWholeWords = (range) => {
  const whole = range.cloneRange();
  const { startContainer: first, endContainer: last } = range;
  let { startOffset: start, endOffset: end } = range;
  if (first instanceof Text && isLetter(first, start)) {
    while (start > 0 && isLetter(first, start - 1)) start -= 1;
    whole.setStart(first, start);
  }
  if (last instanceof Text && end > 0 && isLetter(last, end - 1)) {
    while (isLetter(last, end)) end += 1;
    whole.setEnd(last, end);
  }
  return whole;
};
const passageOf = (prose) => {
  const selection = getSelection();
  const range = selection.isCollapsed ? null : inWholeWords(selection.getRangeAt(0));
  if (!prose.contains(range?.commonAncestorContainer)) return null;
  const start = range.startContainer.childNodes[range.startOffset] ?? range.startContainer;
  const isBefore = (part) => part.contains(start) || part.compareDocumentPosition(start) & 4; // 4: it follows
  const section = [...prose.querySelectorAll(PARTS)].findLast(isBefore)?.id ?? "";
  const words = range.cloneContents();
  for (const extra of words.querySelectorAll(ADDED)) extra.remove();
  for (const block of words.querySelectorAll(BLOCKS)) {
    block.before(" ");
    block.after(" ");
  }
  // A heading without words is only where a selection of the paragraph before it ends.
  const isOther = (part) => part.id !== section && part.textContent.trim();
  if ([...words.querySelectorAll(PARTS)].some(isOther)) return null;
  const quote = words.textContent.replace(/\s+/g, " ").trim();
  return quote.length >= 8 && quote.length <= 400 ? { section, quote, range } : null;
};
const placeBelow = (range, link) => {
  link.style.cssText = "position: absolute; inset: 0 auto auto 0; z-index: 5";
  const [words, own] = [range.getBoundingClientRect(), link.getBoundingClientRect()];
  link.style.top = `${words.bottom + 24 - own.top}px`; // below the handles of a touch selection
  link.style.left = `${Math.min(words.left, innerWidth - own.width - 20) - own.left}px`;
};
const offer = (prose, link) => {
  const base = link.href;
  const show = () => {
    const passage = passageOf(prose);
    if (!passage && document.activeElement === link) return; // the focus took the selection away
    link.hidden = !passage;
    if (!passage) return;
    const { section, quote, range } = passage;
    link.href = `${base}&${new URLSearchParams({ section, quote })}`;
    placeBelow(range, link);
  };
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, 200);
  };
  document.addEventListener("selectionchange", soon);
  link.addEventListener("blur", soon);
  link.addEventListener("mousedown", (event) => event.preventDefault()); // or the selection would be gone
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") link.hidden = true; });
};

const prose = document.querySelector("[data-prose]");
if (prose) {
  const { article: slug, title, progressUrl } = prose.closest("article").dataset;
  const note = document.querySelector("[data-resume]"); // a visitor's
  if (note) resume(note, recall()[slug]);
  follow(prose, progressUrl ? send(progressUrl) : note ? store(slug, title) : () => {});
  offer(prose, document.querySelector("a[data-ask-quote]"));
}
const shelf = document.querySelector("section[data-continue]");
if (shelf) {
  const begun = latest(recall()).filter(([, place]) => isBegun(place)).slice(0, 3);
  for (const [slug, { p, a, t }] of begun) {
    const row = shelf.querySelector("[data-continue-row]").content.cloneNode(true);
    const link = row.querySelector("[data-link]");
    link.href = `./${slug}/#${a}`;
    link.textContent = t;
    row.querySelector("[data-percent]").textContent = `${p}% read`;
    shelf.querySelector("[data-continue-list]").append(row);
  }
  shelf.hidden = !begun.length;
}
for (const item of document.querySelectorAll("ol[data-series-progress] > li[data-article]")) {
  if (!isFinished(recall()[item.dataset.article])) continue;
  item.classList.replace("ahead", "done");
  item.insertAdjacentHTML("beforeend", '<span class="vh">(read)</span>');
}
