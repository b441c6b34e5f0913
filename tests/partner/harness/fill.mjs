// Fills forms as a person would, with the XPath engine of Enketo and KoBo.
//
// node fill.mjs FIELD... — standard input and output as in Fill.java: one person a line, the
// form's path and NAME=VALUE separated by tabs; for each OK and the values of the fields, or
// REFUSED and the question that refused.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { JSDOM } from "jsdom";

const wanted = process.argv.slice(2);
const { window } = new JSDOM("<html></html>");
for (const name of ["Document", "Element", "Node", "XPathEvaluator", "XPathResult"]) {
  globalThis[name] = window[name];
}
globalThis.window = window;
globalThis.document = window.document;
const engine = createRequire(import.meta.url)("openrosa-xpath-evaluator")();
const { BOOLEAN_TYPE, FIRST_ORDERED_NODE_TYPE, STRING_TYPE } = window.XPathResult;
const ask = (expression, node, type) => engine.evaluate(expression, node, null, type, null);

/** Read a form: its binds in order, and its instance without namespaces, as Enketo has it. */
function load(path) {
  const form = new JSDOM(readFileSync(path, "utf8"), { contentType: "text/xml" }).window.document;
  const root = form.querySelector("model > instance").firstElementChild.outerHTML;
  const binds = [...form.querySelectorAll("bind")].map((bind) => ({
    field: bind.getAttribute("nodeset").split("/").pop(),
    ...Object.fromEntries([...bind.attributes].map(({ name, value }) => [name, value])),
  }));
  return { binds, root: root.replace(/ xmlns(:\w+)?="[^"]*"/g, "").replace(/<(\/?)orx:/g, "<$1") };
}

function fill({ binds, root }, answers) {
  const model = new window.DOMParser().parseFromString(root, "text/xml");
  const holds = (expression, node) => ask(expression, node, BOOLEAN_TYPE).booleanValue;
  for (const bind of binds) {
    const node = ask(bind.nodeset, model, FIRST_ORDERED_NODE_TYPE).singleNodeValue;
    if (!node || node.children.length) continue;
    if (bind.relevant && !holds(bind.relevant, node)) continue;
    if (bind.calculate) {
      node.textContent = ask(bind.calculate, node, STRING_TYPE).stringValue;
      continue;
    }
    if (bind.readonly === "true()") continue;
    node.textContent = answers[bind.field] ?? "";
    const empty = node.textContent === "";
    const rule = empty ? bind.required && `not(${bind.required})` : bind.constraint;
    if (rule && !holds(rule, node)) return ["REFUSED", bind.field];
  }
  return ["OK", ...wanted.map((name) => model.querySelector(name)?.textContent ?? "")];
}

const forms = new Map();
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [path, ...fields] = line.split("\t");
  if (!forms.has(path)) forms.set(path, load(path));
  const answers = Object.fromEntries(fields.map((field) => field.split(/=(.*)/s).slice(0, 2)));
  console.log(fill(forms.get(path), answers).join("\t"));
}
