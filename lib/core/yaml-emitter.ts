import { Yaml } from 'cdk8s';

/**
 * Text that needs no quotes on one line: it starts with a letter, a variable, a path or a flag of a command line, and has no colon before and no hash after a
 * space. What is a value of its own in YAML (`true`, `no`, `null`, the number `e5`) is excluded; other numbers, dates and octals never match.
 */
const PLAIN = /^(?!(?:true|false|yes|no|on|off|y|n|null|-?e[-+]?\d+)$)(?:--?(?=[a-z]))?(?:[a-z/_$^(]|:(?=[\d:]))(?:[!-9;-~]| (?=[^\s#])|:(?=[^\s]))*$/i;
/** What starts with a digit and can be nothing but text: sizes such as 10Gi or 500m, times, percentages, addresses, digests, UUIDs, schedules. */
const PLAIN_NUMBER = /^(?:\d+(?:[ms%]|[KMGTP]i)|\d+\.\d+\.\d+\.\d+(?:\/\d+)?|(?=[\da-f]*[acdf])[\da-f]{64}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d+(?: [\d*,/-]+){4})$/;
/** What would be read as a number, as a truth value or as nothing, and what starts with a character that means something in YAML. */
const QUOTED = /^(?:-?\d+(?:\.\d+)?|[Tt]rue|[Ff]alse|[Oo](?:n|ff)|[Yy]es|[Nn]o|[YyNn]|[Nn]ull|[,[\]{}#&*!|>%@`'"][ -~]*|)$/;
/** Numbers without an exponent. */
const PLAIN_FRACTION = /^-?\d+\.\d+$/;
/** Text of several lines that is written as a block: printable ASCII, no white space at its start or at the end of a line. */
const BLOCK = /^[!-~](?:[ -~]*[!-~])?(?:\n+ *[!-~](?:[ -~]*[!-~])?)*\n?$/;
/** Longer keys have a notation of their own. */
const LONGEST_KEY = 1000;

/** A value that only the printer of cdk8s knows how to write. */
class NeedsPrinter extends Error {}

/**
 * The documents as `Yaml.stringify` of cdk8s prints them, byte for byte, several times faster. Only what is plainly safe is written here;
 * any other scalar, and any document that is not a plain tree of JSON, is left to that printer.
 */
export function emitYaml(documents: readonly unknown[]): string {
  return documents.map(emitDocument).join('---\n');
}

function emitDocument(document: unknown): string {
  // The printer writes an anchor for an object that it meets twice.
  const seen = new Set<object>();
  try {
    if (!isMap(document) || Object.keys(document).length === 0) throw new NeedsPrinter();
    return `${emitMap(document, '', seen)}\n`;
  } catch (error) {
    if (error instanceof NeedsPrinter) return Yaml.stringify(document);
    throw error;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

/** `key: value` lines; the first line has no indentation, because it may follow a dash. */
function emitMap(map: Record<string, unknown>, indent: string, seen: Set<object>): string {
  let lines = '';
  for (const key of Object.keys(map)) {
    if (!PLAIN.test(key) || key.length > LONGEST_KEY) throw new NeedsPrinter();
    const value = map[key];
    const text = emitValue(value, `${indent}  `, seen);
    const below = typeof value === 'object' && text !== '{}' && text !== '[]';
    lines += `${lines && `\n${indent}`}${key}:${below ? `\n${indent}  ` : ' '}${text}`;
  }
  return lines;
}

function emitList(list: readonly unknown[], indent: string, seen: Set<object>): string {
  let lines = '';
  for (const value of list) lines += `${lines && `\n${indent}`}- ${emitValue(value, `${indent}  `, seen)}`;
  return lines;
}

function emitValue(value: unknown, indent: string, seen: Set<object>): string {
  if (typeof value === 'string') return emitText(value, indent);
  if (typeof value === 'boolean') return String(value);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (typeof value === 'number' && PLAIN_FRACTION.test(String(value))) return String(value);
  if (value === null || typeof value !== 'object' || seen.has(value)) throw new NeedsPrinter();
  seen.add(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : emitList(value, indent, seen);
  if (!isMap(value)) throw new NeedsPrinter();
  return Object.keys(value).length === 0 ? '{}' : emitMap(value, indent, seen);
}

function emitText(text: string, indent: string): string {
  if (PLAIN.test(text) || PLAIN_NUMBER.test(text)) return text;
  if (QUOTED.test(text)) return text.includes('"') && !text.includes("'") ? `'${text}'` : JSON.stringify(text);
  if (text.includes('\n') && BLOCK.test(text)) return `|${text.endsWith('\n') ? '' : '-'}\n${indent}${text.trimEnd().replace(/\n+/g, `$&${indent}`)}`;
  return printed(text).replace(/\n(?!\n|$)/g, `\n${indent.slice(2)}`);
}

/** Values that occur again and again. */
const known = new Map<string, string>();

/** A scalar as the printer writes it as the value of a key in the outermost map, without the line break at its end. */
function printed(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const after = Yaml.stringify({ key: text }).slice('key: '.length, -1);
  if (text.length < 100 && known.size < 1000) known.set(text, after);
  return after;
}
