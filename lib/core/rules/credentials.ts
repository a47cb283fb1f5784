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
  }] : suspects(json, '').map(({ field, what }) => ({
    path, sentence: `\`${field}\` looks like ${what}: credentials are never written into manifests. Put it in a Secret and refer to it by name and key.`,
  }))),
]);

function suspects(value: Json, field: string): { field: string; what: string }[] {
  if (typeof value === 'string') {
    if (!HINT.test(value)) return [];
    const match = SECRET_VALUE.find(({ pattern }) => pattern.test(value));
    return match ? [{ field, what: match.what }] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (isArgumentOf(value[index - 1], item)
      ? [{ field: `${field}[${index}]`, what: 'a password on a command line' }] : suspects(item, `${field}[${index}]`)));
  }
  if (value === null || typeof value !== 'object') return [];
  const environmentVariable = typeof value.name === 'string' && typeof value.value === 'string' && isSecret(value.name, value.value)
    ? [{ field: `${field}.value`, what: `the value of ${value.name}` }] : [];
  return [...environmentVariable, ...Object.entries<Json>(value).flatMap(([key, item]) => {
    const inner = field === '' ? key : `${field}.${key}`;
    return typeof item === 'string' && !REFERENCE_FIELDS.has(key) && isSecret(key, item) ? [{ field: inner, what: `the value of ${key}` }] : suspects(item, inner);
  })];
}

const isSecret = (key: string, value: string): boolean => HINT.test(key) && SECRET_KEY.test(key) && !HARMLESS_VALUE.test(value);

const isArgumentOf = (flag: unknown, argument: unknown): boolean =>
  typeof flag === 'string' && typeof argument === 'string' && SECRET_FLAG.test(flag) && !argument.startsWith('-') && !HARMLESS_VALUE.test(argument);
