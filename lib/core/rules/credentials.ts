import { type Json, type Rule } from '../model';

const SECRET_KEY = /^(.*[_-])?(password|passwd|secret|token|apikey|api[_-]key|access[_-]key|private[_-]?key|secret[_-]key|fernet[_-]key|passphrase)$|(Password|Secret|Token|ApiKey|PrivateKey|AccessKey|Passphrase)$/i;
const HARMLESS_VALUE = /^(\$\(\w+\)|\$\{?\w+\}?|true|false)?$/;
const SECRET_VALUE = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: 'a private key' },
  { pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@$]*:[^\s/@$]+@/i, what: 'a URL with a password in it' },
  { pattern: /\bAKIA[0-9A-Z]{16}\b/, what: 'an AWS access key' },
  { pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/, what: 'a GitHub token' },
  { pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/, what: 'a JSON web token' },
  { pattern: /(^|\s)--?[\w-]*(password|passwd|secret|token)[= ]["']?[^\s$"']/i, what: 'a password on a command line' },
];
/** What none of the patterns above can do without; most text has none of it, and is done with after one look. */
const HINT = /-----BEGIN|:\/\/|AKIA|gh[pousr]_|eyJ|passw|secret|token/i;
const SECRET_FLAG = /^--?[\w-]*(password|passwd|secret|token)$/i;
/** Fields that hold the name of a Secret or of something else, never a secret. */
const REFERENCE_FIELDS = new Set(['secret', 'existingSecret', 'nginx.ingress.kubernetes.io/auth-secret']);

/** Anything that looks like a credential. None may ever be written: manifests are committed and read by many. */
export const credentials: Rule = ({ manifests }) => manifests.flatMap(({ path, kind, json }) => [
  ...(kind === 'Secret' && (Object.keys(json.data ?? {}).length > 0 || Object.keys(json.stringData ?? {}).length > 0) ? [{
    path, sentence: '`data` of a Secret is written into the manifest: credentials never are. Make the Secret in the cluster and refer to it by name and key.',
  }] : suspects(json).map(({ field, what }) => ({
    path, sentence: `\`${field.slice(1)}\` looks like ${what}: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.`,
  }))),
]);

interface Suspect {
  readonly field: string;
  readonly what: string;
}

const NONE: readonly Suspect[] = [];

/** What is suspicious in a value, with the fields that lead to it from there; most often nothing, for which nothing is made. */
function suspects(value: Json): readonly Suspect[] {
  if (typeof value === 'string') return suspectsInText(value);
  if (value === null || typeof value !== 'object') return NONE;
  return Array.isArray(value) ? suspectsInList(value) : suspectsInMap(value);
}

function suspectsInText(text: string): readonly Suspect[] {
  // No secret goes beyond a line, and in a script few lines have a hint.
  const match = text.includes('\n') ? text.split('\n').map(secretInLine).find(found => found !== undefined) : secretInLine(text);
  return match ? [{ field: '', what: match.what }] : NONE;
}

const secretInLine = (line: string) => (hasHint(line) ? SECRET_VALUE.find(({ pattern }) => pattern.test(line)) : undefined);

function suspectsInList(list: readonly Json[]): readonly Suspect[] {
  let found = NONE;
  for (let index = 0; index < list.length; index += 1) {
    const inItem = isArgumentOf(list[index - 1], list[index]) ? [{ field: '', what: 'a password on a command line' }] : suspects(list[index]);
    if (inItem.length > 0) found = [...found, ...below(`[${index}]`, inItem)];
  }
  return found;
}

function suspectsInMap(map: Record<string, Json>): readonly Suspect[] {
  let found = NONE;
  if (typeof map.name === 'string' && typeof map.value === 'string' && isSecret(map.name, map.value)) found = [{ field: '.value', what: `the value of ${map.name}` }];
  for (const key of Object.keys(map)) {
    const item = map[key];
    const inItem = typeof item === 'string' && !REFERENCE_FIELDS.has(key) && isSecret(key, item) ? [{ field: '', what: `the value of ${key}` }] : suspects(item);
    if (inItem.length > 0) found = [...found, ...below(`.${key}`, inItem)];
  }
  return found;
}

const below = (field: string, found: readonly Suspect[]): Suspect[] => found.map(suspect => ({ ...suspect, field: field + suspect.field }));

/** Arguments, names and images repeat from object to object. */
const knownTexts = new Map<string, boolean>();
const MOST_TEXTS = 10_000;

function hasHint(text: string): boolean {
  const known = knownTexts.get(text);
  if (known !== undefined) return known;
  const found = HINT.test(text);
  if (text.length < 200 && knownTexts.size < MOST_TEXTS) knownTexts.set(text, found);
  return found;
}

/** The same few keys are everywhere. */
const knownKeys = new Map<string, boolean>();

function isSecret(key: string, value: string): boolean {
  let isSecretKey = knownKeys.get(key);
  if (isSecretKey === undefined) knownKeys.set(key, isSecretKey = SECRET_KEY.test(key));
  return isSecretKey && !HARMLESS_VALUE.test(value);
}

const isArgumentOf = (flag: unknown, argument: unknown): boolean =>
  typeof flag === 'string' && typeof argument === 'string' && hasHint(flag) && SECRET_FLAG.test(flag) && !argument.startsWith('-') && !HARMLESS_VALUE.test(argument);
