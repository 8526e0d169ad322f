import { SENTENCES } from "./sentences.js";
import { slackAppLink, withOrigin } from "./slack-app-link.js";

/**
 * @typedef {"checking" | "running" | "unset" | "problem" | "silent"} State
 * @typedef {{ state: State, names: string[] }} Health `names`: of bad variables, or of problems
 * @typedef {{ version: string, documents: string[] }} Build
 * @typedef {typeof SENTENCES.en} Sentences
 */

/** How a mark looks, beside its words. */
const GOOD = "good";
const BAD = "bad";
const QUIET = "quiet";

/** @type {"en" | "ko"} */
let language = chooseLanguage();
/** @type {Health} */
let health = { state: "checking", names: [] };
let isChecking = false;
/** @type {string | undefined} */
let manifest;
/** @type {Build | undefined} */
let build;

byId("origin").textContent = location.origin;
byId("unreachable").hidden = location.protocol === "https:";
for (const button of all("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset["language"] === "ko" ? "ko" : "en";
    // A reload keeps the choice, and the address can be passed on.
    history.replaceState(null, "", `#${language}`);
    show();
  });
}
byId("check").addEventListener("click", () => void check());
document.addEventListener("visibilitychange", () => {
  // People come back from Vercel to see whether their redeployment helped.
  if (document.visibilityState === "visible") {
    void check();
  }
});
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest(".copy") : null;
  if (button instanceof HTMLElement) {
    void copy(button);
  }
});
show();
await Promise.all([check(), loadManifest(), loadBuild()]);

async function check() {
  if (isChecking) {
    return;
  }
  isChecking = true;
  const before = health.state;
  health = await askHealth();
  isChecking = false;
  const isConfigured = health.state === "running" || health.state === "problem";
  if (health.state !== before) {
    byId("steps").toggleAttribute("open", !isConfigured);
  }
  show();
}

/** @returns {Promise<Health>} */
async function askHealth() {
  try {
    const response = await fetch("/api/health", { cache: "no-store" });
    const { ok, variables, problems } = await response.json();
    if (ok === true) {
      return { state: "running", names: [] };
    }
    if (Array.isArray(variables) && variables.length > 0) {
      return { state: "unset", names: variables.map(String) };
    }
    if (Array.isArray(problems) && problems.length > 0) {
      return { state: "problem", names: problems.map(String) };
    }
  } catch {
    // Neither a platform's error page nor a lost connection is JSON.
  }
  return { state: "silent", names: [] };
}

async function loadManifest() {
  const text = await load("/manifest.json");
  manifest = text && withOrigin(text, location.origin);
  show();
}

/** The build writes it. `vercel dev` builds nothing. */
async function loadBuild() {
  const text = await load("/version.json");
  build = text && JSON.parse(text);
  show();
}

/** @param {string} path */
async function load(path) {
  try {
    const response = await fetch(path);
    const text = await response.text();
    JSON.parse(text);
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Brings the whole page in line with what is known, in the chosen language. */
function show() {
  const say = SENTENCES[language];
  document.documentElement.lang = language;
  for (const button of all("[data-language]")) {
    button.ariaPressed = String(button.dataset["language"] === language);
  }
  for (const element of all("[data-say]")) {
    write(element, sentence(say, element.dataset["say"]));
  }
  for (const element of all("[data-label]")) {
    element.ariaLabel = sentence(say, element.dataset["label"]);
  }
  showStatus(say);
  showSteps(say);
  showSlack(say);
  showBuild(say);
  for (const button of all(".copy")) {
    labelCopy(button, say);
  }
}

/** @param {Sentences} say */
function showStatus(say) {
  const { state, names } = health;
  const texts = {
    checking: [say.checking, say.checkingWhy, ""],
    running: [say.running, say.runningWhy, say.runningAdvice],
    unset: [say.unset, say.unsetWhy(names.length), say.unsetAdvice],
    problem: [say.problem, say.problemWhy, say.problemAdvice],
    silent: [say.silent, say.silentWhy, say.silentAdvice],
  };
  const [title = "", why = "", advice = ""] = texts[state];
  byId("status").dataset["state"] = state;
  document.title = `${title} · Upload to S3`;
  write(byId("state"), title);
  write(byId("explanation"), why);
  write(byId("advice"), advice);
  byId("named").replaceChildren(
    ...names.map((name) => {
      const item = create("li");
      const problem = state === "problem" && name in say ? [sentence(say, name)] : [];
      write(item, [`\`${name}\``, ...problem].join(": "));
      return item;
    }),
  );
}

/** @param {Sentences} say */
function showSteps(say) {
  const isKnown = health.state !== "checking" && health.state !== "silent";
  const bad = new Set(health.state === "unset" ? health.names : []);
  const known = new Set(all("[data-step] > .variables [data-variable]").map(nameOf));
  const others = [...bad].filter((name) => !known.has(name));
  byId("others").hidden = others.length === 0;
  byId("other-variables").replaceChildren(
    ...others.map((name) => {
      const row = create("li");
      row.dataset["variable"] = name;
      return row;
    }),
  );
  for (const row of all("[data-variable]")) {
    showVariable(row, { say, isKnown, isBad: bad.has(nameOf(row)) });
  }
  for (const step of all("[data-step]")) {
    const isLast = step.dataset["step"] === "redeploy";
    const names = all("[data-variable]", step).map(nameOf);
    const isBad = isLast ? bad.size > 0 : names.some((name) => bad.has(name));
    const isJudged = isLast || all("[data-need=required]", step).length > 0;
    const title = all("h3", step)[0];
    if (isKnown && isJudged) {
      title?.append(" ", isBad ? mark(BAD, say.toDo) : mark(GOOD, say.done));
    }
  }
}

/**
 * @param {HTMLElement} row
 * @param {{ say: Sentences, isKnown: boolean, isBad: boolean }} about
 */
function showVariable(row, { say, isKnown, isBad }) {
  const name = nameOf(row);
  const needs = {
    required: isKnown ? mark(GOOD, say.good) : undefined,
    optional: mark(QUIET, say.optional),
    either: mark(QUIET, say.either),
    unseen: mark(QUIET, say.unseen),
  };
  const need = row.dataset["need"];
  const code = create("code");
  code.id = `variable-${name}`;
  code.textContent = name;
  const button = create("button");
  button.className = "copy";
  button.dataset["copy"] = code.id;
  const hint = create("span");
  hint.className = "hint";
  const hints = Object.entries(say.variables);
  write(hint, hints.find(([variable]) => variable === name)?.[1] ?? "");
  const state = isBad
    ? mark(BAD, say.bad)
    : Object.entries(needs).find(([key]) => key === need)?.[1];
  row.replaceChildren(code, button, ...(state ? [state] : []), hint);
}

/** @param {Sentences} say */
function showSlack(say) {
  const link = manifest === undefined ? undefined : slackAppLink(manifest);
  const byHand = manifest === undefined ? say.createWithout : say.createByHand;
  write(byId("create-how"), link === undefined ? byHand : say.createHow);
  byId("create").setAttribute("href", link ?? "https://api.slack.com/apps?new_app=1");
  byId("manifest").textContent = manifest ?? "";
  byId("manifest-details").hidden = manifest === undefined;
  for (const button of all("[data-copy=manifest]")) {
    button.hidden = manifest === undefined;
  }
}

/** @param {Sentences} say */
function showBuild(say) {
  byId("version-row").hidden = build === undefined;
  byId("version").textContent = build?.version ?? "";
  const documents = build?.documents ?? [];
  const korean = documents.filter(isKorean);
  const translated = new Set(language === "ko" ? korean.map(toEnglish) : []);
  const others = documents.filter((name) => !isKorean(name) && !translated.has(name));
  const names = language === "ko" ? [...korean, ...others] : others;
  byId("documents").replaceChildren(
    ...names.map((name) => {
      const link = create("a");
      link.setAttribute("href", `/documents/${name}.html`);
      link.textContent = name;
      const item = create("li");
      item.append(link);
      return item;
    }),
  );
  if (names.length === 0) {
    const item = create("li");
    write(item, say.documentsElsewhere);
    byId("documents").append(item);
  }
}

/** @param {string} name */
function isKorean(name) {
  return /\.ko$|^docs\/ko\//u.test(name);
}

/**
 * The name of the English document that a Korean one leads to.
 * @param {string} name
 */
function toEnglish(name) {
  return name.replace(/\.ko$/u, "").replace(/^docs\/ko\//u, "docs/");
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = byId(button.dataset["copy"] ?? "");
  let outcome = "copied";
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // A browser may refuse, and has no clipboard outside https.
    source.closest("details")?.setAttribute("open", "");
    getSelection()?.selectAllChildren(source);
    outcome = "copyYourself";
  }
  for (const other of all(".copy[data-outcome]")) {
    delete other.dataset["outcome"];
    labelCopy(other, SENTENCES[language]);
  }
  button.dataset["outcome"] = outcome;
  labelCopy(button, SENTENCES[language]);
  byId("announcement").textContent = `${button.textContent}: ${source.textContent.slice(0, 60)}`;
}

/**
 * @param {HTMLElement} button
 * @param {Sentences} say
 */
function labelCopy(button, say) {
  const { copy: id = "", copyName = "copy", outcome } = button.dataset;
  button.textContent = sentence(say, outcome ?? copyName);
  button.ariaLabel =
    outcome === undefined && copyName === "copy" ? say.copyLabel(byId(id).textContent) : null;
}

function chooseLanguage() {
  const wished = location.hash === "" ? navigator.language : location.hash.slice(1);
  return /^ko\b/iu.test(wished) ? "ko" : "en";
}

/**
 * The sentence of that name.
 * @param {Sentences} say
 * @param {string | undefined} name
 */
function sentence(say, name = "") {
  const found = Object.entries(say).find(([key]) => key === name)?.[1];
  return typeof found === "string" ? found : "";
}

/**
 * Text in backticks becomes code, text between asterisks stands out.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  element.replaceChildren(
    ...text.split(/(`[^`]+`|\*[^*]+\*)/u).map((piece) => {
      const tag = { "`": "code", "*": "b" }[piece[0] ?? ""];
      if (tag === undefined) {
        return piece;
      }
      const inner = create(tag);
      inner.textContent = piece.slice(1, -1);
      return inner;
    }),
  );
}

/**
 * @param {string} kind
 * @param {string} words
 */
function mark(kind, words) {
  const element = create("span");
  element.className = `mark ${kind}`;
  element.textContent = words;
  return element;
}

/** @param {HTMLElement} row */
function nameOf(row) {
  return row.dataset["variable"] ?? "";
}

/** @param {string} tag */
function create(tag) {
  return document.createElement(tag);
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`The page has no #${id}.`);
  }
  return element;
}

/**
 * @param {string} selector
 * @param {ParentNode} root
 */
function all(selector, root = document) {
  return [...root.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);
}
