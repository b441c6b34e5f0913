// Tokens in JavaScript: from a client's attributes and the epoch key to one token a pass.
//
// Written from spec/encoding.md and spec/keys.md. No dependency: names are brought to one form by
// uic.mjs beside it, keys and tokens are made with WebCrypto, which Node 20, Deno and every browser
// have (a page needs https). Nothing that is given here is kept, logged or put into an error.
//
//   const key = parseEpochKey(text);                        // the text of the key file
//   const { tokens } = await encoder(schema, key);          // the schema as an object, see docs
//   await tokens({ family_name: "Sok", birth_date: "1990-05-07" });
//   // { "birth-date": "f3608af7…", "name-sounds": null, … }  null: no value, so no token
//
// Whoever holds the key can test any name against any token. A token is a pseudonym, never
// "anonymous"; without its key it says nothing.

import { normaliseName, normaliseText, skeleton, sound } from "./uic.mjs";

// BEGIN DEFAULTS (written by spec/javascript/embed.py from src/uic/schema.py)
export const DEFAULTS = {
  kinds: {"family_name":"name","given_name":"name","mother_given_name":"name","father_given_name":"name","birth_date":"date","sex":"code","birth_place":"text","birth_order":"code","place":"text","street":"text","postcode":"code","phone":"identifier"},
  passes: {
    names: [
      {"name":"birth-date","parts":[{"take":"date","attribute":"birth_date"}]},
      {"name":"name-sounds","parts":[{"take":"sound","sorted":["family_name","given_name"]}]},
      {"name":"names-year","parts":[{"take":"sound","sorted":["family_name","given_name"]},{"take":"year","attribute":"birth_date"}]},
      {"name":"initials-year","parts":[{"take":"initial","sorted":["family_name","given_name"]},{"take":"year","attribute":"birth_date"}]},
      {"name":"given-month-day","parts":[{"take":"sound","attribute":"given_name"},{"take":"month_day","attribute":"birth_date"}]},
      {"name":"surname-month-day","parts":[{"take":"sound","attribute":"family_name"},{"take":"month_day","attribute":"birth_date"}]},
      {"name":"place-surname","parts":[{"take":"exact","attribute":"place"},{"take":"sound","attribute":"family_name"}]},
      {"name":"place-given","parts":[{"take":"exact","attribute":"place"},{"take":"sound","attribute":"given_name"}]},
      {"name":"place-initials","parts":[{"take":"exact","attribute":"place"},{"take":"initial","sorted":["family_name","given_name"]}]},
      {"name":"postcode-surname","parts":[{"take":"exact","attribute":"postcode"},{"take":"sound","attribute":"family_name"}]},
      {"name":"postcode-given","parts":[{"take":"exact","attribute":"postcode"},{"take":"sound","attribute":"given_name"}]},
      {"name":"postcode-year","parts":[{"take":"exact","attribute":"postcode"},{"take":"year","attribute":"birth_date"}]},
      {"name":"birth-place-surname","parts":[{"take":"exact","attribute":"birth_place"},{"take":"sound","attribute":"family_name"}]},
      {"name":"birth-place-given","parts":[{"take":"exact","attribute":"birth_place"},{"take":"sound","attribute":"given_name"}]},
      {"name":"birth-place-year","parts":[{"take":"exact","attribute":"birth_place"},{"take":"year","attribute":"birth_date"}]},
    ],
    tokens: [
      {"name":"birth-date","parts":[{"take":"date","attribute":"birth_date"}]},
      {"name":"name-sounds","parts":[{"take":"sound","sorted":["family_name","given_name"]}]},
      {"name":"initials-month-day","parts":[{"take":"initial","sorted":["family_name","given_name"]},{"take":"month_day","attribute":"birth_date"}]},
      {"name":"surname-sex-year","parts":[{"take":"sound","attribute":"family_name"},{"take":"exact","attribute":"sex"},{"take":"year","attribute":"birth_date"}]},
      {"name":"place-year","parts":[{"take":"exact","attribute":"place"},{"take":"year","attribute":"birth_date"}]},
      {"name":"place-surname","parts":[{"take":"exact","attribute":"place"},{"take":"sound","attribute":"family_name"}]},
    ],
    codes: [
      {"name":"birth-date","parts":[{"take":"date","attribute":"birth_date"}]},
      {"name":"birth-date-place","parts":[{"take":"date","attribute":"birth_date"},{"take":"exact","attribute":"place"}]},
      {"name":"parents-year","parts":[{"take":"exact","sorted":["father_given_name","mother_given_name"]},{"take":"year","attribute":"birth_date"}]},
      {"name":"parents-month-day","parts":[{"take":"exact","attribute":"mother_given_name"},{"take":"exact","attribute":"father_given_name"},{"take":"month_day","attribute":"birth_date"}]},
      {"name":"parents-place-sex","parts":[{"take":"exact","attribute":"mother_given_name"},{"take":"exact","attribute":"father_given_name"},{"take":"exact","attribute":"place"},{"take":"exact","attribute":"sex"}]},
      {"name":"mother-place-sex-year","parts":[{"take":"exact","attribute":"mother_given_name"},{"take":"exact","attribute":"place"},{"take":"exact","attribute":"sex"},{"take":"year","attribute":"birth_date"}]},
      {"name":"father-place-sex-year","parts":[{"take":"exact","attribute":"father_given_name"},{"take":"exact","attribute":"place"},{"take":"exact","attribute":"sex"},{"take":"year","attribute":"birth_date"}]},
    ],
  },
};
// END DEFAULTS

const BETWEEN = "\u001f"; // no canonical value holds it, so ("a", "bc") and ("ab", "c") stay apart
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const TEXT = new TextEncoder();

/** A key that is no key. The message never holds a byte of it. */
export class KeyMaterialError extends Error {}

/** A linkage schema that breaks a rule. */
export class SchemaError extends Error {}

// ---------------------------------------------------------------- keys

/** Read the text of an epoch key file: { project, epoch, root }. */
export function parseEpochKey(text) {
  const [tag, project, epoch, encoded, end, ...more] = text.split("\n");
  if (tag === "uic-epoch-key/1" && end === "" && more.length === 0) {
    const root = decoded(encoded);
    if (root) return checkedKey({ project, epoch, root });
  }
  throw new KeyMaterialError("this is not an epoch key file, or it is damaged");
}

/** The bytes of standard base64, or null where the text is not their one spelling. */
function decoded(text) {
  try {
    const raw = atob(text);
    return btoa(raw) === text ? Uint8Array.from(raw, (sign) => sign.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

function checkedKey(key) {
  if (!NAME.test(key.project) || !NAME.test(key.epoch)) {
    throw new KeyMaterialError("project and epoch are letters, digits, '-' and '_' only");
  }
  if (!(key.root instanceof Uint8Array) || key.root.length !== 32) {
    throw new KeyMaterialError("a root key has exactly 32 random bytes");
  }
  return key;
}

function labelled(...parts) {
  return joined(...["uic/v1", ...parts].flatMap((part) => {
    const bytes = TEXT.encode(part);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    return [length, bytes];
  }));
}

function joined(...pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const SIGNING = { name: "HMAC", hash: "SHA-256" };

async function signing(bytes) {
  return crypto.subtle.importKey("raw", bytes, SIGNING, false, ["sign"]);
}

async function tagged(signer, bytes) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", signer, bytes));
}

/** The 32-byte sub-key of an epoch key: HKDF-Expand-SHA256, of which 32 bytes are one block. */
export async function subKey(key, purpose, ...parts) {
  const { project, epoch, root } = checkedKey(key);
  const info = labelled(project, epoch, purpose, ...parts);
  return tagged(await signing(root), joined(info, Uint8Array.of(1)));
}

/** The public name of an epoch key: 16 hexadecimal digits. */
export async function keyId(key) {
  return hexadecimal((await subKey(key, "key-id")).slice(0, 8));
}

/**
 * The partner's own name for a record under the epoch key: 32 hexadecimal digits. A record without
 * an id is called row-N, and then the SHA-256 of the file goes in: the name holds for it alone.
 */
export async function handle(key, partner, recordId, file = null) {
  const parts = file === null ? [partner] : [partner, file];
  const signer = await signing(await subKey(key, "handle", ...parts));
  return hexadecimal((await tagged(signer, TEXT.encode(recordId))).slice(0, 16));
}

// ---------------------------------------------------------------- block values

const DATE_TAKES = { date: ["year", "month", "day"], year: ["year"], month: ["month"], day: ["day"], month_day: ["month", "day"] };
const letters = (rule) => (value) => {
  const name = normaliseName(value);
  return name === null ? null : rule(name);
};
const TAKES = { exact: (value) => value, initial: (value) => [...value][0], sound: letters(sound), skeleton: letters(skeleton) };
const CANONICAL = {
  name: normaliseName,
  text: normaliseText,
  identifier: (value) => (normaliseText(value) ?? "").replaceAll(" ", "").replace(/^0+/, "") || null,
  code: (value) => value || null,
  number: (value) => value || null,
};

/** Bring a schema to its full form, as the library does; refuse what it would refuse. */
export function fullSchema(schema) {
  const kinds = { ...DEFAULTS.kinds, ...schema.attributes };
  const profile = schema.profile ?? "names";
  const own = Object.keys(kinds).filter((name) => kinds[name] === "identifier").sort();
  const identifiers = own.map((name) => ({ name, parts: [{ take: "exact", attribute: name }] }));
  const passes = schema.passes?.length ? schema.passes : [...(DEFAULTS.passes[profile] ?? []), ...identifiers];
  const names = new Set(passes.map((pass) => pass.name));
  if (names.size < passes.length) throw new SchemaError("two passes have the same name");
  if (passes.length === 0) throw new SchemaError("the profile is not one of names, codes, tokens");
  for (const pass of passes) checkPass(pass, kinds);
  return { project: schema.project ?? "project", kinds, passes };
}

function checkPass(pass, kinds) {
  if (!NAME.test(pass.name) || !pass.parts?.length) throw new SchemaError("a pass has a name and parts");
  for (const part of pass.parts) {
    const known = new Set(["take", "attribute", "sorted"]);
    if (Object.keys(part).some((word) => !known.has(word))) throw new SchemaError("a part has an unknown key");
    const single = part.attribute ?? null;
    const both = part.sorted ?? null;
    if ((single === null) === (both === null)) throw new SchemaError("a part names either 'attribute' or 'sorted'");
    if (!(part.take in DATE_TAKES) && !(part.take in TAKES)) throw new SchemaError("an unknown take");
    if (both && part.take in DATE_TAKES) throw new SchemaError("dates are not sorted");
    for (const attribute of both ?? [single]) {
      if (!(attribute in kinds)) throw new SchemaError("a pass uses an undeclared attribute");
      if ((kinds[attribute] === "date") !== part.take in DATE_TAKES) throw new SchemaError("a take does not fit its attribute");
    }
  }
}

/** What rows of different registers must share to meet in a pass; null where a part is missing. */
export function blockValue(pass, kinds, record) {
  const parts = pass.parts.map((part) => partValue(part, kinds, record));
  return parts.includes(null) ? null : parts.join(BETWEEN);
}

function partValue(part, kinds, record) {
  if (part.take in DATE_TAKES) return datePart(part.take, record[part.attribute]);
  const values = (part.sorted ?? [part.attribute]).map((attribute) => {
    const value = record[attribute] ?? null;
    const canonical = value === null ? null : CANONICAL[kinds[attribute]](value);
    return canonical === null ? null : TAKES[part.take](canonical);
  });
  return values.includes(null) ? null : values.sort(byCodePoint).join(BETWEEN);
}

/** JavaScript compares UTF-16 units, which puts U+1E900 before U+FB50. */
function byCodePoint(one, two) {
  const [left, right] = [[...one], [...two]];
  const at = left.findIndex((sign, place) => sign !== right[place]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at].codePointAt(0) - right[at].codePointAt(0) : 1;
}

/** Year, month and day without leading zeros; 1 January and estimates keep the year only. */
function datePart(take, text) {
  const found = /^(~?)([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$/.exec(text ?? "");
  if (!found) return null;
  const [year, month, day] = found.slice(2).map((digits) => (digits ? Number(digits) : null));
  const usable = found[1] === "" && day !== null && !(month === 1 && day === 1);
  const parts = { year, month: usable ? month : null, day: usable ? day : null };
  const wanted = DATE_TAKES[take].map((name) => parts[name]);
  return wanted.includes(null) ? null : wanted.join("-");
}

// ---------------------------------------------------------------- tokens

/**
 * Make an encoder of one schema and one epoch key.
 *
 * `blocks(record)` gives the block value of each pass, which is personal data; `tokens(record)` gives
 * its token, 32 hexadecimal digits, and `salts(record)` the salt that never leaves the partner.
 */
export async function encoder(schema, key) {
  const { project, kinds, passes } = fullSchema(schema);
  if (checkedKey(key).project !== project) throw new KeyMaterialError("the key is of another project");
  const signers = {};
  for (const { name } of passes) signers[name] = await signing(await subKey(key, "block", name));
  const blocks = (record) => Object.fromEntries(passes.map((pass) => [pass.name, blockValue(pass, kinds, record)]));
  const tags = async (record, from, to) => {
    const found = Object.entries(blocks(record)).map(async ([name, value]) => {
      const tag = value === null ? null : await tagged(signers[name], TEXT.encode(value));
      return [name, tag && hexadecimal(tag.slice(from, to))];
    });
    return Object.fromEntries(await Promise.all(found));
  };
  return { blocks, tokens: (record) => tags(record, 0, 16), salts: (record) => tags(record, 16, 24) };
}

/** The token as the two signed 64-bit integers of an export: [token_hi, token_lo]. */
export function tokenWords(token) {
  return [0, 16].map((at) => BigInt.asIntN(64, BigInt(`0x${token.slice(at, at + 16)}`)));
}

function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
