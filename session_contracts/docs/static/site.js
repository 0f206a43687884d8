// Search, theme, copy buttons, and the language of examples. Pages are readable without this script.
const root = document.documentElement.dataset.root;

function remember(name, value) {
  try { localStorage.setItem(`session-contracts-${name}`, value); } catch { /* not allowed */ }
}
function remembered(name) {
  try { return localStorage.getItem(`session-contracts-${name}`); } catch { return null; }
}

// ---- theme

const button = document.querySelector(".theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
function isDark() {
  return (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
}
function nameTheme() {
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
}
button.hidden = false;
button.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  remember("theme", document.documentElement.dataset.theme);
  nameTheme();
});
dark.addEventListener("change", nameTheme);
nameTheme();

// ---- menu: open on a wide screen, collapsed on a narrow one

const menu = document.querySelector(".menu");
const wide = matchMedia("(min-width: 60.01rem)");
menu.open = wide.matches;
wide.addEventListener("change", () => { menu.open = wide.matches; });
if (wide.matches) document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest" });

// ---- only blocks that scroll take keyboard focus

const scrolling = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else if (target !== document.activeElement) target.removeAttribute("tabindex");
  }
});
for (const block of document.querySelectorAll("pre[tabindex], .scroll[tabindex]")) scrolling.observe(block);

// ---- copy buttons, and the language of examples

const copied = document.createElement("p");
copied.className = "hide";
copied.setAttribute("role", "status");
document.body.append(copied);
for (const block of document.querySelectorAll(".code")) {
  if (!navigator.clipboard) break;
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  const name = (word) => {
    copy.textContent = word;
    copy.setAttribute("aria-label", `${word}: ${block.querySelector("pre").getAttribute("aria-label")}`);
  };
  name("Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    name("Copied");
    copied.textContent = copy.getAttribute("aria-label");
    setTimeout(() => { name("Copy"); copied.textContent = ""; }, 1500);
  });
  block.append(copy);
}
for (const choice of document.querySelectorAll(".tabs > input")) {
  choice.checked = choice.value === (remembered("language") ?? "bash");
  choice.addEventListener("change", () => remember("language", choice.value));
}

// ---- search

const form = document.querySelector(".search");
const input = form.querySelector("input");
const list = form.querySelector("ul");
const status = form.querySelector("[role=status]");
let index = null;
let chosen = -1;

function load() {
  index ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = `${root}search-index.js`;
    script.onload = () => resolve(globalThis.searchIndex);
    document.head.append(script);
  });
  return index;
}

const KINDS = { API: 6, operation: 5, state: 4, schema: 4, guide: 3, rules: 3 };

function score([kind, name, says], words) {
  const title = name.toLowerCase();
  const text = says.toLowerCase();
  let sum = KINDS[kind] ?? 2;
  for (const word of words) {
    const at = title.indexOf(word);
    if (title === word) sum += 60;
    else if (at === 0 || (at > 0 && /[^a-z0-9]/.test(title[at - 1]))) sum += 25;
    else if (at > 0) sum += 15;
    else if (text.startsWith(`${word}:`)) sum += 12;
    else if (new RegExp(`(^|[^a-z0-9])${word.replace(/[^\w]/g, "\\$&")}`).test(text)) sum += 8;
    else if (text.includes(word)) sum += 4;
    else return 0;
  }
  return sum - name.length / 100;
}

const SHOWN = 20;

function show(all) {
  const found = all.slice(0, SHOWN);
  chosen = found.length ? 0 : -1;
  list.replaceChildren(...found.map(([kind, name, says, page, api], at) => {
    const item = document.createElement("li");
    item.id = `found-${at}`;
    item.setAttribute("role", "option");
    item.dataset.page = page;
    const label = document.createElement("span");
    label.className = "kind";
    label.textContent = api ? `${kind} · ${api}` : kind;
    const title = document.createElement("b");
    title.textContent = name;
    const text = document.createElement("span");
    text.className = "says";
    text.textContent = says;
    item.append(label, title, text);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); go(item); });
    return item;
  }));
  mark();
  const any = input.value.trim() !== "";
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(found.length > 0));
  status.textContent = any ? `${found.length < all.length ? `${found.length} of ${all.length}` : all.length || "Nothing"} found` : "";
}

function dismiss() {
  show([]);
  status.textContent = "";
}

function mark() {
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  if (chosen < 0) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", `found-${chosen}`);
  list.children[chosen].scrollIntoView({ block: "nearest" });
}

function go(item) {
  location.href = root + item.dataset.page;
  dismiss();
}

async function search() {
  const known = await load();
  if (document.activeElement !== input) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = words.length ? known.map((entry) => [score(entry, words), entry]).filter(([sum]) => sum > 0) : [];
  show(scored.sort(([a], [b]) => b - a).map(([, entry]) => entry));
}

form.hidden = false;
form.addEventListener("submit", (event) => { event.preventDefault(); if (chosen >= 0) go(list.children[chosen]); });
input.addEventListener("focus", load);
input.addEventListener("input", search);
input.addEventListener("blur", () => setTimeout(dismiss, 100));
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && list.children.length) {
    event.preventDefault();
    chosen = (chosen + step + list.children.length) % list.children.length;
    mark();
  } else if (event.key === "Escape") {
    dismiss();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, [contenteditable]")) {
    event.preventDefault();
    input.focus();
  }
});
