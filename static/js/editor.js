// Formatting above a textarea[data-editor]. The textarea works without this file: plain text becomes
// paragraphs on the server. The editor itself is large, so it is fetched when somebody comes near.

const tools = document.getElementById("editor-tools");
const BLOCK = /^\s*<(?:p|ul|ol|blockquote|pre)[\s>]/i;
const BLANK_LINES = /\n[ \t]*\n\s*/;

let bundle = null;
const fetchBundle = () => {
  bundle ??= import(tools.dataset.bundle).catch((error) => {
    bundle = null; // offline for a moment: the next visit to the field tries again
    throw error;
  });
  return bundle;
};

// Only what the server keeps: bold, italic, links, lists, quotes. Tab leaves the field, also in lists.
const extensions = ({ Document, Paragraph, Text, HardBreak, Bold, Italic, Link, BulletList, OrderedList, ListItem, Blockquote, UndoRedo }) => [
  Document, Paragraph, Text, HardBreak, Bold, Italic, BulletList, Blockquote, UndoRedo,
  OrderedList.configure({ enableListAttributes: false }),
  ListItem.extend({
    addKeyboardShortcuts() {
      return { Enter: () => this.editor.commands.splitListItem(this.name) };
    },
  }),
  Link.extend({
    addKeyboardShortcuts() {
      return {};
    },
  }).configure({ openOnClick: false, enableTarget: false, protocols: ["mailto"], defaultProtocol: "https" }),
];

// A line with its web addresses as links, which the server makes of plain text too.
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'*_)])/i;
const inline = (line) => line.split(ADDRESS).map((text, index) => (
  index % 2 ? { type: "text", text, marks: [{ type: "link", attrs: { href: text } }] } : { type: "text", text }
)).filter((node) => node.text);

// Typed text as the editor's document: blank lines part paragraphs, single ones break.
const fromPlainText = (text) => ({
  type: "doc",
  content: text.trim().split(BLANK_LINES).map((part) => ({
    type: "paragraph",
    content: part.split("\n").flatMap((line, row) => [
      ...(row ? [{ type: "hardBreak" }] : []),
      ...inline(line),
    ]),
  })),
});

// Where the caret of the textarea stands in that document: a paragraph's end and start count like its two newlines.
const caretIn = (text, offset) => 1 + text.slice(0, offset).trimStart().replaceAll(new RegExp(BLANK_LINES, "g"), "\n\n").length;

const COMMANDS = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  bulletList: (chain) => chain.toggleBulletList(),
  orderedList: (chain) => chain.toggleOrderedList(),
  blockquote: (chain) => chain.toggleBlockquote(),
};

// The address of a link, or "" when it can't be one.
const address = (typed) => {
  const value = typed.trim();
  const whole = /^(?:https?:\/\/|mailto:)/i.test(value) ? value : `https://${value}`;
  return value && URL.canParse(whole) && !/\s/.test(value) ? whole : "";
};

const linkLine = (editor, line, opener) => {
  const input = line.querySelector("input");
  const error = line.querySelector(".error");
  const show = (open) => {
    line.hidden = !open;
    error.hidden = true;
    input.removeAttribute("aria-invalid");
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    input.value = editor.getAttributes("link").href ?? "";
    line.querySelector('[data-link="unset"]').hidden = !editor.isActive("link");
    input.focus();
  };
  const close = () => {
    show(false);
    editor.view.focus();
  };
  const set = () => {
    const href = address(input.value);
    if (!href) {
      error.hidden = false;
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    const chain = editor.chain().extendMarkRange("link");
    const nothingChosen = editor.state.selection.empty && !editor.isActive("link");
    if (nothingChosen) chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    close();
  };
  const unset = () => {
    editor.chain().extendMarkRange("link").unsetLink().run();
    close();
  };
  line.addEventListener("click", (event) => {
    const action = event.target.closest("[data-link]")?.dataset.link;
    if (action) ({ set, unset, close })[action]();
  });
  line.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.target !== input) return;
    event.preventDefault(); // or the whole form would be sent
    set();
  });
  return () => show(line.hidden);
};

// One stop for Tab, arrows inside (the toolbar pattern of ARIA).
const roam = (bar) => {
  const buttons = [...bar.querySelectorAll("button")];
  const stop = (at) => buttons.forEach((button, index) => { button.tabIndex = index === at ? 0 : -1; });
  stop(0);
  bar.addEventListener("focusin", (event) => stop(buttons.indexOf(event.target.closest("button"))));
  bar.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    buttons.at(next % buttons.length).focus();
  });
};

// The editor takes the textarea's id, name for screen readers, help and error; the textarea keeps name and value.
const attributesOf = (textarea, label) => {
  const attributes = { id: textarea.id, role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id };
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name);
  }
  if (textarea.required) attributes["aria-required"] = "true";
  return attributes;
};

const enhance = (textarea, library) => {
  const label = textarea.labels[0];
  label.id ||= `label_${textarea.id}`;
  const hadFocus = document.activeElement === textarea;
  const typed = textarea.value;
  const caret = caretIn(typed, textarea.selectionStart);
  const isHtml = BLOCK.test(typed);

  const frame = document.createElement("div");
  frame.className = "editor";
  frame.append(tools.content.cloneNode(true));
  const place = document.createElement("div");
  frame.append(place);

  const editor = new library.Editor({
    element: place,
    injectCSS: false, // the policy allows no style elements; components.css has the few rules
    extensions: extensions(library),
    content: isHtml ? typed : fromPlainText(typed),
    editorProps: { attributes: attributesOf(textarea, label) },
    onUpdate: () => {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  if (!isHtml && typed.trim()) textarea.value = editor.getHTML();

  const bar = frame.querySelector('[role="toolbar"]');
  const buttons = [...bar.querySelectorAll("[data-mark]")];
  bar.setAttribute("aria-controls", textarea.id);
  const openLink = linkLine(editor, frame.querySelector(".link-line"), bar.querySelector('[data-mark="link"]'));
  bar.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark]")?.dataset.mark;
    if (mark === "link") openLink();
    if (!(mark in COMMANDS)) return;
    COMMANDS[mark](editor.chain()).run();
    editor.view.focus();
  });
  editor.on("transaction", () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(editor.isActive(button.dataset.mark)));
  });
  roam(bar);

  textarea.before(frame);
  textarea.removeAttribute("id");
  textarea.required = false; // a hidden field can't show the browser's message; the server checks
  textarea.hidden = true;
  label.addEventListener("click", () => editor.view.focus());
  if (!hadFocus) return;
  editor.commands.setTextSelection(isHtml ? editor.state.doc.content.size : caret);
  editor.view.focus();
};

for (const textarea of document.querySelectorAll("textarea[data-editor]")) {
  const start = () => {
    fetchBundle().then(
      (library) => {
        if (!textarea.hidden) enhance(textarea, library);
      },
      () => {}, // without the editor the textarea goes on working
    );
  };
  let composing = false;
  textarea.addEventListener("compositionstart", () => { composing = true; });
  textarea.addEventListener("compositionend", () => { composing = false; });
  const near = () => {
    // Not in the middle of a character that is being composed.
    if (composing) textarea.addEventListener("compositionend", start, { once: true });
    else start();
  };
  textarea.addEventListener("focus", near);
  textarea.closest(".field").addEventListener("pointerenter", near);
  // What came back with an error was written in the editor: nobody should meet its tags.
  if (BLOCK.test(textarea.value)) start();
}
