// The page: builds the questions of a scheme, composes and checks. It keeps nothing: no storage,
// no network, and after three minutes without a touch it empties itself.

const DATE_PARTS = ["day", "month", "year"];
const IDLE = 3 * 60 * 1000;
// What is mistaken for what when a code is copied by hand or read in poor light.
const LOOKALIKES = ["0OQD", "1IL7", "2Z", "5S", "6G", "8B", "UV", "MN", "4A", "06", "38", "49"];
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" +
  (SCHEME.scripts.includes("khmer") ? UIC.TABLES.khmer.consonants : "");
let language = "en";

const $ = (id) => document.getElementById(id);
const say = (word, ...values) =>
  values.reduce((text, value, i) => text.replace(`{${i}}`, value), WORDS[word]?.[language] ?? word);

/** Make an element: tag, properties, children. */
function element(tag, properties = {}, ...children) {
  const { data = {}, ...plain } = properties;
  const made = Object.assign(document.createElement(tag), plain);
  for (const [name, value] of Object.entries(data)) made.dataset[name] = value;
  made.append(...children);
  return made;
}

// --- the questions ----------------------------------------------------------------------------

const text = (name, mode) =>
  element("input", { id: name, name, type: "text", inputMode: mode, autocomplete: "off",
    autocapitalize: mode === "text" ? "words" : "off", spellcheck: false });

const labelled = (name) => element("label", { htmlFor: name, data: { word: name } });

const KINDS = {
  name: (field) => [labelled(field.name), text(field.name, "text")],
  text: (field) => [labelled(field.name), text(field.name, "text")],
  number: (field) => [labelled(field.name), text(field.name, "numeric")],
  choice: (field) => [legend(field), choices(field)],
  date: (field) => [legend(field), dateParts(field)],
  reason: (field) => [element("label", { htmlFor: field.name, data: { word: "why_empty" } }), reasons(field)],
};

const legend = (field) => element("div", { className: "label", data: { word: field.name } });

function choices(field) {
  const options = field.answers.map((answer) => {
    const input = element("input", { type: "radio", name: field.name, value: answer });
    return element("label", {}, input, element("span", { data: { word: `answer_${answer}` } }));
  });
  return element("div", { className: "choices" }, ...options);
}

function reasons(field) {
  const options = field.answers.map((answer) =>
    element("option", { value: answer, data: { word: `reason_${answer}` } }));
  return element("select", { id: field.name, name: field.name }, element("option", { value: "" }), ...options);
}

function dateParts(field) {
  const parts = DATE_PARTS.filter((part) => field.parts.includes(part)).map((part) => {
    const name = `${field.name}_${part}`;
    return element("div", {}, labelled(name), part === "month" ? months(name) : text(name, "numeric"));
  });
  return element("div", { className: "parts" }, ...parts);
}

function months(name) {
  const options = Array.from({ length: 12 }, (_, i) =>
    element("option", { value: String(i + 1).padStart(2, "0"), data: { word: `month_${i + 1}` } }));
  return element("select", { id: name, name }, element("option", { value: "" }), ...options);
}

function build() {
  if (FIELDS.some((field) => field.optional)) {
    $("answers").append(element("p", { className: "hint", data: { word: "leave_empty" } }));
  }
  for (const field of FIELDS) {
    const block = element("div", { data: { field: field.name } }, ...KINDS[field.kind](field));
    $("answers").append(block);
  }
}

// --- the person -------------------------------------------------------------------------------

const answerOf = (name) => new FormData($("answers")).get(name)?.trim() || null;

/** Read the answers: { person, problems: [{ field, word }] }. */
function read() {
  const person = {};
  const problems = [];
  for (const field of FIELDS) {
    if (!isAsked(field)) continue;
    const value = field.kind === "date" ? dateOf(field, problems) : answerOf(field.name);
    person[field.name] = field.kind === "number" && value ? digits(value) : value;
  }
  return { person, problems };
}

const digits = (text) => UIC.normaliseText(text)?.replaceAll(" ", "") ?? text;

/** A field that only replaces others is asked when one of them is empty. */
function isAsked(field) {
  return !field.instead || field.instead.some((name) => answerOf(name) === null);
}

/** A date as the composer wants it: 1990-02-01, 1990-02 or 1990; signs stand for the rest. */
function dateOf(field, problems) {
  const part = (name) => {
    const typed = field.parts.includes(name) ? answerOf(`${field.name}_${name}`) : null;
    return typed === null ? null : digits(typed);
  };
  const [year, month, day] = ["year", "month", "day"].map(part);
  const problem = (word) => problems.push({ field: field.name, word });
  if (year === null && month === null && day === null) return null;
  const asked = (name) => field.parts.includes(name);
  if (asked("year") && year === null) problem("year_first");
  else if (asked("month") && month === null && day !== null) problem("no_month");
  else if (!exists(year, month, day)) problem("no_such_date");
  const written = [year ?? "2000", month ?? (day === null ? null : "01"), day];
  return written.filter((one) => one !== null).map((one) => one.padStart(2, "0")).join("-");
}

function exists(year, month, day) {
  if (![year, month, day].every((one) => one === null || /^[0-9]{1,4}$/.test(one))) return false;
  const now = new Date();
  if (year !== null && (Number(year) < 1900 || Number(year) > now.getFullYear())) return false;
  const [y, m, d] = [Number(year ?? 2000), Number(month ?? 1), Number(day ?? 1)];
  const date = new Date(y, m - 1, d);
  return date.getMonth() === m - 1 && date.getDate() === d && (year === null || date <= now);
}

// --- composing --------------------------------------------------------------------------------

function make() {
  const { person, problems } = read();
  if (Object.values(person).every((value) => value === null)) {
    showProblems([{ field: "", word: "nothing_typed" }]);
    return;
  }
  const { code, check, flaws } = UIC.compose(SCHEME, person);
  for (const { attribute, rule } of flaws) {
    if (code === null || rule !== "no_letters") problems.push({ field: attribute, word: rule });
  }
  showProblems(problems);
  if (problems.length || code === null) return;
  $("made").replaceChildren(groups(code, check), qr(code, check), note("write_down"), again(code, check));
  $("made").hidden = false;
  translate();
  $("made").scrollIntoView({ block: "start" });
}

function showProblems(problems) {
  $("made").hidden = true;
  for (const old of document.querySelectorAll(".why")) old.remove();
  for (const old of document.querySelectorAll("#answers .wrong")) old.classList.remove("wrong");
  for (const { field, word } of problems) {
    const block = document.querySelector(`[data-field="${field}"]`);
    block?.append(element("p", { className: "why", data: { word } }));
    block?.querySelectorAll("input, select").forEach((input) => input.classList.add("wrong"));
  }
  const word = problems[0]?.field === "" ? problems[0].word : "not_yet";
  $("problems").replaceChildren(...(problems.length ? [element("span", { data: { word } })] : []));
  translate();
  document.querySelector("#answers .wrong")?.focus();
}

/** The code in boxes, one a group; `marks` says which is wrong or suspect, and numbers them. */
function groups(code, check, marks = null) {
  const parts = UIC.grouped(code, SCHEME).split("-");
  const number = (i) => (marks ? [element("small", {}, String(i + 1))] : []);
  const boxes = parts.map((part, i) =>
    element("span", { className: `group ${marks?.[i] ?? ""}` }, ...number(i), part));
  if (check) {
    const label = element("small", { data: { word: "check_sign" } });
    boxes.push(element("span", { className: `group last ${marks?.check ?? ""}` }, label, check));
  }
  return element("p", { className: "groups" }, ...boxes);
}

function qr(code, check) {
  const holder = element("div", { className: "qr" });
  holder.innerHTML = QR.svg(`${code}/${check}`, "QR");
  return holder;
}

/** Have the code typed again from the card, and say exactly which group differs. */
function again(code, check) {
  const input = element("input", { id: "again", className: "code", type: "text", autocomplete: "off",
    autocapitalize: "characters", spellcheck: false });
  const answer = element("div", { id: "same" });
  const form = element("form", {}, labelled("again"), input,
    element("button", { type: "submit", data: { word: "compare" } }), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = UIC.bare(input.value);
    const differing = differences(code, typed.code);
    const marks = Object.fromEntries(differing.map((group) => [group, "wrong"]));
    if (typed.check !== check) marks.check = "wrong";
    const word = Object.keys(marks).length ? "differs" : "same";
    const shown = word === "differs" ? [groups(code, check, marks)] : [];
    verdict(answer, word === "differs" ? "bad" : "good", word, shown);
    translate();
  });
  return form;
}

/** The groups of a code in which another one differs. */
function differences(code, other) {
  const at = groupAt(code);
  const [here, there] = [[...code], [...other]];
  return [...new Set(at.filter((_, i) => here[i] !== there[i]))];
}

const note = (word) => element("p", { className: "note", data: { word } });

// --- checking ---------------------------------------------------------------------------------

function check() {
  const typed = $("code").value;
  const { code, check: sign } = UIC.bare(typed);
  const flaws = UIC.checkCode(typed, SCHEME);
  const result = $("checked");
  if (!flaws.length) {
    const word = sign ? "code_good" : "code_without_check";
    verdict(result, sign ? "good" : "doubt", word, [groups(code, sign)]);
  } else if (flaws[0].rule === "wrong_check_character") {
    const found = suspects(code, sign);
    const marks = Object.fromEntries(found.map((group) => [group, "suspect"]));
    marks.check = "suspect";
    const reasons = [["compare_groups", numbers(found)], ["compare_check"]];
    verdict(result, "bad", "wrong_check_character", [groups(code, sign, marks), list(reasons)]);
  } else {
    const marks = Object.fromEntries(flaws.flatMap(groupsOf).map((group) => [group, "wrong"]));
    const reasons = flaws.map((flaw) => reason(flaw));
    verdict(result, "bad", "code_bad", [...(code ? [groups(code, sign, marks)] : []), list(reasons)]);
  }
  result.hidden = false;
  translate();
}

function verdict(result, mood, word, parts) {
  result.className = `result ${mood}`;
  result.replaceChildren(element("p", { className: "verdict", data: { word } }), ...parts);
}

function list(reasons) {
  const items = reasons.map(([word, ...values]) =>
    element("li", { data: { word, values: JSON.stringify(values) } }));
  return element("ul", {}, ...items);
}

function reason({ part, rule, ...place }) {
  const inside = groupsOf(place);
  if (!inside.length) return [rule];
  return ["group_wrong", numbers(inside), { word: `part_${part}` }, { word: rule }];
}

const numbers = (found) => found.map((group) => group + 1).join(", ");

/** The group, counted from 0, in which each character of a code stands. */
function groupAt(code) {
  return UIC.grouped(code, SCHEME).split("-").flatMap((part, i) => [...part].map(() => i));
}

/** The groups that the characters first to last of the typed code stand in. */
function groupsOf({ first, last }) {
  if (!first) return [];
  const places = groupAt(UIC.bare($("code").value).code).slice(first - 1, last);
  return [...new Set(places)];
}

/**
 * The groups in which one slip would explain a wrong check character, the likeliest first: a
 * look-alike or two neighbours in each other's place, then any other character the scheme allows.
 */
function suspects(code, sign) {
  const at = groupAt(code);
  const signs = [...code];
  const fits = (other) => other !== code && !UIC.checkCode(`${other}/${sign}`, SCHEME).length;
  const put = (place, letter) => signs.map((old, i) => (i === place ? letter : old)).join("");
  const swap = (i) => [...signs.slice(0, i), signs[i + 1], signs[i], ...signs.slice(i + 2)].join("");
  const like = (letter) => LOOKALIKES.filter((all) => all.includes(letter)).join("");
  const places = [...signs.keys()];
  const likely = places.filter((i) =>
    (i + 1 < signs.length && fits(swap(i))) || [...like(signs[i])].some((one) => fits(put(i, one))));
  const possible = places.filter((i) => [...SIGNS].some((one) => fits(put(i, one))));
  return [...new Set([...likely, ...possible].map((i) => at[i]))];
}

// --- language, tabs, forgetting -----------------------------------------------------------------

/** Write every word on the page in the chosen language. */
function translate() {
  document.documentElement.lang = language;
  for (const holder of document.querySelectorAll("[data-word]")) {
    const values = JSON.parse(holder.dataset.values ?? "[]");
    const told = values.map((value) => (value.word ? say(value.word) : value));
    holder.textContent = say(holder.dataset.word, ...told);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  for (const field of FIELDS) {
    document.querySelector(`[data-field="${field.name}"]`).hidden = !isAsked(field);
  }
}

function open(tab) {
  for (const name of ["make", "check"]) {
    $(name).hidden = name !== tab;
    $(`tab-${name}`).setAttribute("aria-selected", String(name === tab));
  }
}

function clear() {
  $("answers").reset();
  $("typed").reset();
  showProblems([]);
  for (const id of ["made", "checked"]) {
    $(id).hidden = true;
    $(id).replaceChildren();
  }
  scrollTo(0, 0);
}

let timer = 0;
function touched() {
  clearTimeout(timer);
  timer = setTimeout(clear, IDLE);
}

function start() {
  build();
  $("answers").addEventListener("submit", (event) => { event.preventDefault(); make(); });
  $("typed").addEventListener("submit", (event) => { event.preventDefault(); check(); });
  $("answers").addEventListener("input", () => { $("made").hidden = true; translate(); });
  $("code").addEventListener("input", () => { $("checked").hidden = true; });
  $("clear").addEventListener("click", clear);
  for (const name of ["make", "check"]) $(`tab-${name}`).addEventListener("click", () => open(name));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => { language = button.dataset.language; translate(); });
  }
  for (const event of ["input", "click", "scroll"]) addEventListener(event, touched, { passive: true });
  addEventListener("pagehide", clear);
  $("tab-make").hidden = SCHEME.made === "assigned";
  open(SCHEME.made === "assigned" ? "check" : "make");
  translate();
}

start();
