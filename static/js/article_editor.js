// The editor of drafts in the staff pages: django-prose-editor with the parts of an article that it does not
// know by itself. Whatever breakthru.lib.richtext keeps must survive being opened here.
import * as base from "django-prose-editor/editor"

const { Extension, Mark, Node, createTextareaEditor, initializeEditors, mergeAttributes } = base
const SELECTOR = "textarea[data-article-editor]"

// An attribute that is carried along as it is.
const kept = (name) => ({
  default: null,
  keepOnSplit: false,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
})

// Links lead to these; headings keep the address that readers have shared.
const Anchors = Extension.create({
  name: "anchors",
  addGlobalAttributes() {
    const types = ["heading", "paragraph", "listItem", "table", "figure", "term"]
    return [
      { types, attributes: { id: kept("id") } },
      { types: ["link"], attributes: { id: kept("id"), "aria-label": kept("aria-label") } },
    ]
  },
})

// Items whose words stand without a <p>. The editor needs one inside; `tidy` takes it out again.
const isTight = {
  default: true,
  parseHTML: (element) => !element.querySelector(":scope > p"),
  renderHTML: ({ tight }) => (tight ? { "data-tight": "" } : {}),
}
const ListItem = base.ListItem.extend({
  addAttributes() {
    return { ...this.parent?.(), tight: isTight }
  },
})
const DescriptionList = Node.create({
  name: "descriptionList",
  group: "block",
  content: "(term | description)+",
  parseHTML: () => [{ tag: "dl" }],
  renderHTML: () => ["dl", 0],
})
const Term = Node.create({
  name: "term",
  content: "inline*",
  parseHTML: () => [{ tag: "dt" }],
  renderHTML: ({ HTMLAttributes }) => ["dt", HTMLAttributes, 0],
})
const Description = Node.create({
  name: "description",
  content: "block+",
  addAttributes: () => ({ tight: isTight }),
  parseHTML: () => [{ tag: "dd" }],
  renderHTML: ({ HTMLAttributes }) => ["dd", HTMLAttributes, 0],
})
const Abbreviation = Mark.create({
  name: "abbreviation",
  addAttributes: () => ({ title: kept("title") }),
  parseHTML: () => [{ tag: "abbr" }],
  renderHTML: ({ HTMLAttributes }) => ["abbr", HTMLAttributes, 0],
})

const KINDS = [
  { name: "note", class: "note", label: "Note" },
  { name: "guidance", class: "note ok", label: "Guidance" },
  { name: "story", class: "note warn", label: "My story" },
]
const Callout = Node.create({
  name: "callout",
  group: "block",
  content: "block+",
  defining: true,
  addAttributes: () => ({
    class: { default: "note", parseHTML: (element) => element.className || "note" },
    "aria-label": { default: "Note", parseHTML: (element) => element.getAttribute("aria-label") || "Note" },
  }),
  parseHTML: () => [{ tag: "aside:not([data-fact])" }],
  renderHTML: ({ HTMLAttributes }) => ["aside", HTMLAttributes, 0],
  addMenuItems({ menu, buttons }) {
    for (const kind of KINDS) {
      const attributes = { class: kind.class, "aria-label": kind.label }
      menu.defineItem({
        name: `callout:${kind.name}`,
        groups: "callouts",
        button: buttons.text(kind.label, `${kind.label} box`),
        active: (editor) => editor.isActive("callout", { class: kind.class }),
        command(editor) {
          const chain = editor.chain().focus()
          if (editor.isActive("callout", { class: kind.class })) chain.lift("callout").run()
          else if (editor.isActive("callout")) chain.updateAttributes("callout", attributes).run()
          else chain.wrapIn("callout", attributes).run()
        },
      })
    }
  },
})

// A fact card: the text has its key, the page shows what the card says on that day.
const Fact = Node.create({
  name: "fact",
  group: "block",
  atom: true,
  addOptions: () => ({ cards: [] }),
  addAttributes: () => ({ "data-fact": kept("data-fact") }),
  parseHTML: () => [{ tag: "aside[data-fact]" }],
  renderHTML: ({ HTMLAttributes }) => ["aside", HTMLAttributes],
  addNodeView() {
    return ({ node }) => {
      const key = node.attrs["data-fact"]
      const card = this.options.cards.find((one) => one.key === key)
      const rule = base.crel("strong", { textContent: card?.rule ?? `No fact card is called “${key}”` })
      const value = base.crel("span", { textContent: card?.value ?? "Remove it, or make the card first." })
      return { dom: base.crel("div", { className: "bt-fact" }, [rule, value]) }
    }
  },
  addMenuItems({ menu, buttons }) {
    const { cards } = this.options
    const names = cards.map(({ key, rule }) => `${rule} (${key})`)
    const property = { type: "string", title: "Which one", enum: names, default: names[0] }
    const ask = base.updateAttrsDialog({ name: property }, { title: "Fact card", submitText: "Insert" })
    menu.defineItem({
      name: "fact",
      groups: "facts",
      button: buttons.text("Fact card", "Insert a fact card"),
      active: (editor) => editor.isActive("fact"),
      hidden: () => !cards.length,
      async command(editor) {
        const shown = cards.findIndex(({ key }) => key === editor.getAttributes("fact")["data-fact"])
        const answer = await ask(editor, { name: names[shown] })
        const card = cards[names.indexOf(answer?.name)]
        if (!card) return
        editor.chain().focus().insertContent({ type: "fact", attrs: { "data-fact": card.key } }).run()
      },
    })
  },
})
const Footnotes = Node.create({
  name: "footnotes",
  group: "block",
  content: "block+",
  isolating: true,
  parseHTML: () => [{ tag: "section" }],
  renderHTML: () => ["section", { class: "footnotes", "aria-label": "Footnotes" }, 0],
})

// A footnote's number is a link inside of <sup>, so <sup> is the outer one.
const Superscript = base.Superscript.extend({ priority: 1100 })
// A figure may hold more than one picture, or a table.
const Figure = base.Figure.extend({ content: "block+", addNodeView: () => null })

// The words of a caption with their marks and links, and nothing else that a pasted page may hold.
const MARKS = new Set(["A", "ABBR", "CODE", "EM", "STRONG", "SUB", "SUP"])
function copyWords(source, target) {
  for (const node of source.childNodes) {
    if (node.nodeType === window.Node.TEXT_NODE) target.append(node.data)
    else if (MARKS.has(node.nodeName)) {
      const copy = document.createElement(node.nodeName)
      const href = node.getAttribute("href") ?? ""
      if (/^(https?:|mailto:|[/#])/i.test(href)) copy.setAttribute("href", href)
      target.append(copyWords(node, copy))
    } else if (node.nodeType === window.Node.ELEMENT_NODE) copyWords(node, target)
  }
  return target
}

// The caption of a table stands above its rows; it is changed in a dialog.
const Table = base.Table.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      caption: {
        default: "",
        parseHTML(element) {
          const caption = element.querySelector(":scope > caption")
          return caption ? copyWords(caption, document.createElement("span")).innerHTML : ""
        },
        renderHTML: () => ({}),
      },
    }
  },
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  addNodeView: () => null,
  renderHTML({ node, HTMLAttributes }) {
    const dom = document.createElement("table")
    for (const [name, value] of Object.entries(mergeAttributes(HTMLAttributes))) dom.setAttribute(name, value)
    if (node.attrs.caption) {
      const caption = dom.createCaption()
      caption.contentEditable = "false"
      caption.innerHTML = node.attrs.caption
    }
    return { dom, contentDOM: dom.createTBody() }
  },
  addMenuItems(context) {
    this.parent?.(context)
    const ask = base.updateAttrsDialog({ caption: { type: "string", title: "Caption" } }, { title: "Caption of the table" })
    context.menu.defineItem({
      name: "table:caption",
      groups: "table",
      button: context.buttons.material("subtitles", "Caption"),
      hidden: (editor) => !editor.isActive("table"),
      async command(editor) {
        const words = document.createElement("span")
        words.innerHTML = editor.getAttributes("table").caption
        const answer = await ask(editor, { caption: words.textContent })
        if (!answer) return
        words.textContent = answer.caption
        editor.chain().focus().updateAttributes("table", { caption: words.innerHTML }).run()
      },
    })
  },
})

const known = {
  ...base,
  Abbreviation,
  Anchors,
  Callout,
  Description,
  DescriptionList,
  Fact,
  Figure,
  Footnotes,
  ListItem,
  Superscript,
  Table,
  Term,
}
const GROUPS = [
  { group: "blockType -lists", type: "dropdown", minItems: 2 },
  { group: "lists" },
  { group: "nodes -blockType -lists" },
  { group: "marks" },
  { group: "link" },
  { group: "callouts" },
  { group: "facts" },
  { group: "table" },
  { group: "history" },
  { group: "utility" },
]

// Items that came without a <p> leave without one.
function tidy(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html
  for (const item of holder.content.querySelectorAll("[data-tight]")) {
    item.removeAttribute("data-tight")
    const lines = item.querySelectorAll(":scope > p")
    if (lines.length === 1 && !lines[0].id) lines[0].replaceWith(...lines[0].childNodes)
  }
  // Two notes at one place are two numbers, each raised by itself.
  for (const raised of holder.content.querySelectorAll("sup:has(> a + a)")) {
    if ([...raised.childNodes].some((node) => node.nodeName !== "A")) continue
    raised.replaceWith(
      ...[...raised.children].map((link) => {
        const single = document.createElement("sup")
        single.append(link)
        return single
      }),
    )
  }
  for (const caption of holder.content.querySelectorAll("caption")) caption.removeAttribute("contenteditable")
  return holder.innerHTML
}

// A line break between two words is a space; the editor would drop one that stands alone between two marks.
function oneLine(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html
  const walker = document.createTreeWalker(holder.content, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode
    if (!text.parentElement?.closest("pre")) text.data = text.data.replace(/\s*\n\s*/g, " ")
  }
  return holder.innerHTML
}

function start(textarea) {
  const { extensions } = JSON.parse(textarea.dataset.articleEditor)
  const cards = JSON.parse(textarea.dataset.facts ?? "[]")
  const ours = { Fact: { cards }, Menu: { groups: GROUPS } }
  const chosen = Object.entries({ ...extensions, ...ours }).flatMap(([name, options]) => {
    const extension = known[name]
    if (!extension) return []
    return [typeof options === "object" ? extension.configure(options) : extension]
  })
  const source = textarea.value
  textarea.value = oneLine(source)
  const editor = createTextareaEditor(textarea, chosen)
  // Who only looks changes nothing.
  textarea.value = source
  editor.on("update", () => {
    // The editor takes a single card, which has no words, for nothing.
    textarea.value = tidy(textarea.value || (editor.isEmpty ? "" : editor.getHTML()))
  })
  editor.view.dom.setAttribute("aria-label", "Text")
  editor.view.dom.setAttribute("role", "textbox")
  editor.view.dom.setAttribute("aria-multiline", "true")
  textarea.dispatchEvent(new CustomEvent("article-editor:ready", { bubbles: true, detail: { editor } }))
  return editor
}

const LATER = "If you both save, the later words become a draft of their own, and nothing is lost."
// Who else has the draft open: a word above the text, before two people write at once.
function watch(textarea) {
  const { presenceUrl } = textarea.dataset
  if (!presenceUrl) return
  const place = base.crel("div", { role: "status" })
  textarea.closest(".prose-editor").before(place)
  const show = (names) => {
    const who = new Intl.ListFormat("en").format(names)
    const words = `${who} ${names.length > 1 ? "have" : "has"} this draft open, too. ${LATER}`
    const note = base.crel("p", { className: "bt-presence", textContent: words })
    if (!names.length) place.replaceChildren()
    else if (place.textContent !== words) place.replaceChildren(note)
  }
  const ask = async () => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: textarea.form.elements.csrfmiddlewaretoken.value })
    try {
      const answer = await fetch(presenceUrl, { method: "POST", body })
      show((await answer.json()).others)
    } catch {} // offline, or signed out: saving will tell
  }
  let timer
  const begin = () => {
    clearInterval(timer)
    if (document.hidden) return
    ask()
    timer = setInterval(ask, 60000)
  }
  document.addEventListener("visibilitychange", begin)
  begin()
}

initializeEditors((textarea) => {
  const editor = start(textarea)
  watch(textarea)
  return editor
}, SELECTOR)
