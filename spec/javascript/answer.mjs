// Answers questions about the specification, one JSON object a line in, one a line out.
//
// node spec/javascript/answer.mjs < questions.jsonl > answers.jsonl
// A question has the "kind" and "input" of a vector (spec/vectors) and, where a scheme is used,
// "scheme": its id, or the scheme itself as in spec/schemes/schemes.json.

import { readFileSync } from "node:fs";
import * as keyed from "./tokens.mjs";
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
  async sub_key({ key, purpose, parts }) {
    return { sub_key: Buffer.from(await keyed.subKey(keyOf(key), purpose, ...parts)).toString("hex") };
  },
  async handle({ key, partner, record_id, export: file = null }) {
    return { handle: await keyed.handle(keyOf(key), partner, record_id, file) };
  },
  async tokens({ key, schema, record }) {
    const made = await encoderOf(schema, key);
    return { blocks: made.blocks(record), tokens: await made.tokens(record), salts: await made.salts(record) };
  },
};

const keyOf = ({ project, epoch, root }) => ({ project, epoch, root: Uint8Array.from(Buffer.from(root, "hex")) });

// Making sub-keys takes longer than a token: one encoder serves all people of a schema and a key.
const ENCODERS = new Map();
function encoderOf(schema, key) {
  const name = JSON.stringify([schema, key]);
  if (!ENCODERS.has(name)) ENCODERS.set(name, keyed.encoder(schema, keyOf(key)));
  return ENCODERS.get(name);
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
const answers = [];
for (const line of lines) {
  const { kind, input, scheme } = JSON.parse(line);
  try {
    answers.push(JSON.stringify(await KINDS[kind](input, schemeOf(scheme))));
  } catch (error) {
    answers.push(JSON.stringify({ error: error.constructor.name }));
  }
}
process.stdout.write(`${answers.join("\n")}\n`);
