// Answers questions about the specification, one JSON object a line in, one a line out.
//
// node spec/javascript/answer.mjs < questions.jsonl > answers.jsonl
// A question has the "kind" and "input" of a vector (spec/vectors) and, where a scheme is used,
// "scheme": its id, or the scheme itself as in spec/schemes/schemes.json.

import { readFileSync } from "node:fs";
import * as uic from "./uic.mjs";

const SCHEMES = JSON.parse(readFileSync(new URL("../schemes/schemes.json", import.meta.url), "utf8"));

const schemeOf = (scheme) => (typeof scheme === "string" ? SCHEMES[scheme] : scheme);

const KINDS = {
  normalise({ text }) {
    const name = uic.normaliseName(text);
    return {
      name,
      text: uic.normaliseText(text),
      script: name === null ? null : uic.scriptOf(name),
      letters: name === null ? null : uic.codeLetters(name) || null,
      sound: name === null ? null : uic.sound(name),
      skeleton: name === null ? null : uic.skeleton(name),
      unknown: uic.hasUnknown(text),
    };
  },
  compose(person, scheme) {
    return uic.compose(scheme, person);
  },
  check({ code, check = null }, scheme) {
    return { flaws: uic.checkCode(code, scheme, check) };
  },
  parse({ code }, scheme) {
    return { parts: uic.parseCode(code, scheme) };
  },
  group({ code, check = null }, scheme) {
    return { text: uic.grouped(code, scheme, check) };
  },
  check_character({ code, method }) {
    return { check: uic.checkCharacter(code, method) };
  },
};

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
const answers = lines.map((line) => {
  const { kind, input, scheme } = JSON.parse(line);
  try {
    return JSON.stringify(KINDS[kind](input, schemeOf(scheme)));
  } catch (error) {
    return JSON.stringify({ error: error.constructor.name });
  }
});
process.stdout.write(`${answers.join("\n")}\n`);
