// A QR code of a short text at level M, versions 1 to 3 (ISO/IEC 18004).
//
// Just what a card needs: up to 61 of the characters 0-9 A-Z space $ % * + - . / : or, for other
// scripts, up to 42 bytes of UTF-8. No dependency and no network. `matrix(text)` returns rows of
// 0 and 1; `svg(text)` a picture.

const CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
// For each version: codewords for data, codewords for error correction.
const VERSIONS = [null, [16, 10], [28, 16], [44, 26]];

/** Return the modules of the QR code as rows of 0 and 1, without the quiet zone. */
export function matrix(text, mask = null) {
  const message = bitsOf(text);
  const version = [1, 2, 3].find((one) => message.length <= VERSIONS[one][0] * 8);
  if (!version) throw new RangeError("more than a QR code of version 3 holds");
  const words = codewords(message, version);
  const chosen = mask ?? bestMask(version, words);
  return format(draw(version, words, chosen), chosen);
}

/** Return the QR code as an SVG picture with a quiet zone of four modules. */
export function svg(text, title = "") {
  const rows = matrix(text);
  const size = rows.length + 8;
  const dark = [];
  rows.forEach((row, y) => row.forEach((bit, x) => bit && dark.push(`M${x + 4} ${y + 4}h1v1h-1z`)));
  const label = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" ` +
    `aria-label="${label}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${dark.join("")}"/></svg>`;
}

// --- the bits: mode, length, characters, terminator, padding ------------------------------------

function bitsOf(text) {
  return [...text].every((letter) => CHARACTERS.includes(letter)) ? alphanumeric(text) : utf8(text);
}

/** Write pairs of characters in 11 bits, and a single last one in 6. */
function alphanumeric(text) {
  let bits = "0010" + binary(text.length, 9);
  for (let i = 0; i < text.length; i += 2) {
    const first = CHARACTERS.indexOf(text[i]);
    if (i + 1 === text.length) bits += binary(first, 6);
    else bits += binary(first * 45 + CHARACTERS.indexOf(text[i + 1]), 11);
  }
  return bits;
}

function utf8(text) {
  const bytes = [...new TextEncoder().encode(text)];
  return "0100" + binary(bytes.length, 8) + bytes.map((byte) => binary(byte, 8)).join("");
}

function codewords(message, version) {
  const [dataWords, checkWords] = VERSIONS[version];
  const ended = message + "0000".slice(0, dataWords * 8 - message.length);
  const bits = ended.padEnd(Math.ceil(ended.length / 8) * 8, "0");
  const words = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  for (let pad = 0xec; words.length < dataWords; pad ^= 0xec ^ 0x11) words.push(pad);
  return [...words, ...reedSolomon(words, checkWords)].map((word) => binary(word, 8)).join("");
}

function binary(number, width) {
  return number.toString(2).padStart(width, "0");
}

function times(a, b) {
  let product = 0;
  for (; b; b >>= 1, a = (a << 1) ^ (a & 0x80 ? 0x11d : 0)) if (b & 1) product ^= a;
  return product;
}

/** Return the remainder of the data polynomial divided by (x-1)(x-2)(x-4)... over GF(256). */
function reedSolomon(data, count) {
  let divisor = [1];
  for (let i = 0, root = 1; i < count; i++, root = times(root, 2)) {
    const shifted = [...divisor, 0];
    divisor = shifted.map((term, at) => term ^ (at ? times(divisor[at - 1], root) : 0));
  }
  const rest = [...data, ...Array(count).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const lead = rest[i];
    divisor.forEach((term, at) => { rest[i + at] ^= times(term, lead); });
  }
  return rest.slice(data.length);
}

// --- the picture: fixed patterns, then the bits in a zigzag under a mask ------------------------

const MASKS = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (y, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

function draw(version, bits, mask) {
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => Array(size).fill(null));
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(rows, y, x, [1, 1, 0, 1, 0]);
  if (version > 1) square(rows, size - 7, size - 7, [1, 0, 1]);
  for (let i = 8; i < size - 8; i++) rows[6][i] = rows[i][6] = (i + 1) % 2;
  format(rows, null);
  let next = 0;
  for (const [y, x] of zigzag(size)) {
    if (rows[y][x] !== null) continue;
    const bit = next < bits.length ? Number(bits[next++]) : 0;
    rows[y][x] = bit ^ Number(MASKS[mask](y, x));
  }
  return rows;
}

/** Draw rings around a middle: `rings` says, from the middle outwards, which are dark. */
function square(rows, y, x, rings) {
  const radius = rings.length - 1;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const ring = Math.max(Math.abs(dy), Math.abs(dx));
      if (rows[y + dy]?.[x + dx] !== undefined) rows[y + dy][x + dx] = rings[ring];
    }
  }
}

/** Write level M and the mask, BCH-protected, in both places; all light without a mask. */
function format(rows, mask) {
  const size = rows.length;
  let rest = mask << 10;
  for (let i = 14; i >= 10; i--) if ((rest >> i) & 1) rest ^= 0x537 << (i - 10);
  const code = mask === null ? 0 : ((mask << 10) | rest) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const bit = (code >> i) & 1;
    const [y, x] = i < 6 ? [i, 8] : i < 8 ? [i + 1, 8] : i === 8 ? [8, 7] : [8, 14 - i];
    rows[y][x] = bit;
    if (i < 8) rows[8][size - 1 - i] = bit;
    else rows[size - 15 + i][8] = bit;
  }
  rows[size - 8][8] = Number(mask !== null);
  return rows;
}

/** Yield places two columns at a time from the right, upwards and downwards in turn. */
function* zigzag(size) {
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2, upwards = !upwards) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = upwards ? size - 1 - i : i;
      yield [y, right];
      yield [y, right - 1];
    }
  }
}

// --- which mask reads best: judged before the format is written, as section 7.8 says ------------

function bestMask(version, words) {
  const points = MASKS.map((_, mask) => penalty(draw(version, words, mask)));
  return points.indexOf(Math.min(...points));
}

/** Count 1011101 with four light modules (or the edge) before or after it. */
function finderLookalikes(line) {
  let count = 0;
  for (let at = line.indexOf("1011101"); at >= 0; ) {
    const light = !line.slice(Math.max(at - 4, 0), at).includes("1") ||
      !line.slice(at + 7, at + 11).includes("1");
    count += Number(light);
    at = line.indexOf("1011101", at + (light ? 7 : 4));
  }
  return count;
}

function penalty(rows) {
  const columns = rows[0].map((_, x) => rows.map((row) => row[x]));
  const lines = [...rows, ...columns].map((line) => line.join(""));
  let points = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
    points += 40 * finderLookalikes(line);
  }
  for (let y = 1; y < rows.length; y++) {
    for (let x = 1; x < rows.length; x++) {
      const sum = rows[y][x] + rows[y - 1][x] + rows[y][x - 1] + rows[y - 1][x - 1];
      if (sum % 4 === 0) points += 3;
    }
  }
  const dark = rows.flat().reduce((sum, bit) => sum + bit, 0);
  return points + 10 * Math.floor(Math.abs((dark * 100) / rows.length ** 2 - 50) / 5);
}
