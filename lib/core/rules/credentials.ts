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
const HINT = /-----BEGIN|:\/\/|AKIA|gh[pousr]_|eyJ|passw|passphrase|secret|token|key/i;
const SECRET_FLAG = /^--?[\w-]*(password|passwd|secret|token)$/i;
/** Fields that hold the name of a Secret or of something else, never a secret. */
const REFERENCE_FIELDS = new Set(['secret', 'existingSecret', 'nginx.ingress.kubernetes.io/auth-secret']);

/** Anything that looks like a credential. None may ever be written: manifests are committed and read by many. */
export const credentials: Rule = ({ manifests }) => manifests.flatMap(({ path, kind, json }) => [
  ...(kind === 'Secret' && (Object.keys(json.data ?? {}).length > 0 || Object.keys(json.stringData ?? {}).length > 0) ? [{
    path, sentence: '`data` of a Secret is written into the manifest: credentials never are. Make the Secret in the cluster and refer to it by name and key.',
  }] : suspects(json, '', []).map(({ field, what }) => ({
    path, sentence: `\`${field}\` looks like ${what}: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.`,
  }))),
]);

interface Suspect {
  readonly field: string;
  readonly what: string;
}

/** Adds what is suspicious in a value to `found`. */
function suspects(value: Json, field: string, found: Suspect[]): Suspect[] {
  if (typeof value === 'string') {
    const match = HINT.test(value) ? SECRET_VALUE.find(({ pattern }) => pattern.test(value)) : undefined;
    if (match) found.push({ field, what: match.what });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (isArgumentOf(value[index - 1], item)) found.push({ field: `${field}[${index}]`, what: 'a password on a command line' });
      else suspects(item, `${field}[${index}]`, found);
    }
  } else if (value !== null && typeof value === 'object') {
    if (typeof value.name === 'string' && typeof value.value === 'string' && isSecret(value.name, value.value)) found.push({ field: `${field}.value`, what: `the value of ${value.name}` });
    for (const key of Object.keys(value)) {
      const item = value[key];
      const inner = field === '' ? key : `${field}.${key}`;
      if (typeof item === 'string' && !REFERENCE_FIELDS.has(key) && isSecret(key, item)) found.push({ field: inner, what: `the value of ${key}` });
      else suspects(item, inner, found);
    }
  }
  return found;
}

const isSecret = (key: string, value: string): boolean => HINT.test(key) && SECRET_KEY.test(key) && !HARMLESS_VALUE.test(value);

const isArgumentOf = (flag: unknown, argument: unknown): boolean =>
  typeof flag === 'string' && typeof argument === 'string' && SECRET_FLAG.test(flag) && !argument.startsWith('-') && !HARMLESS_VALUE.test(argument);
