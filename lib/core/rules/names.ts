import { type Json, type Manifest, podTemplatesOf, type Rule } from '../model';
import { type Finding } from '../problems';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PATH_SEGMENT = /^(?!\.{1,2}$)[^/%]+$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

interface NameRule {
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly words: string;
}

const LABEL_RULE: NameRule = { pattern: LABEL, maxLength: 63, words: 'at most 63 characters: a-z, 0-9 and "-", with a letter or digit at both ends' };
const SERVICE_RULE: NameRule = { pattern: DNS_1035_LABEL, maxLength: 63, words: 'at most 63 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit' };
const SUBDOMAIN_RULE: NameRule = { pattern: SUBDOMAIN, maxLength: 253, words: 'at most 253 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends' };
const RBAC_RULE: NameRule = { pattern: PATH_SEGMENT, maxLength: 253, words: 'a path segment: neither "." nor "..", and without "/" and "%"' };

/** Kinds whose names end up in a pod name, a host name or a label value, or that follow a rule of their own. */
const RULE_OF_KIND: Record<string, NameRule> = {
  Namespace: LABEL_RULE,
  Service: SERVICE_RULE,
  Job: LABEL_RULE,
  Deployment: LABEL_RULE,
  // Pods carry the name and a hash of eleven characters in a label.
  StatefulSet: { ...LABEL_RULE, maxLength: 52, words: 'at most 52 characters: a-z, 0-9 and "-", with a letter or digit at both ends' },
  MPIJob: SERVICE_RULE,
  // Its pods come from a StatefulSet of the same name, which a Service of that name leads to.
  Notebook: { ...SERVICE_RULE, maxLength: 52, words: 'at most 52 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit' },
  // Its Service has that name, and the port of that http-<name>.
  Tensorboard: { ...SERVICE_RULE, maxLength: 58, words: 'at most 58 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit' },
  // Its namespace has the same name.
  Profile: LABEL_RULE,
  // Pods ask for it by a label of the same name.
  PodDefault: LABEL_RULE,
  Experiment: { pattern: DNS_1035_LABEL, maxLength: 40, words: 'at most 40 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit' },
  // Workloads ask for it by a label.
  Queue: { ...SUBDOMAIN_RULE, maxLength: 63, words: 'at most 63 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends' },
  CronJob: { ...LABEL_RULE, maxLength: 52, words: 'at most 52 characters: a-z, 0-9 and "-", with a letter or digit at both ends' },
  Role: RBAC_RULE, ClusterRole: RBAC_RULE, RoleBinding: RBAC_RULE, ClusterRoleBinding: RBAC_RULE,
};

const NONE: Finding[] = [];

/** Names, labels and annotations that the API server refuses. */
export const names: Rule = ({ manifests }) => manifests.flatMap(manifest => [
  ...nameFindings(manifest),
  ...metadataFindings(manifest.path, 'metadata', manifest.json.metadata),
  ...podTemplatesOf(manifest.json).flatMap(({ metadata }) => metadataFindings(manifest.path, 'template.metadata', metadata)),
]);

function nameFindings({ path, kind, name, namespace }: Manifest): Finding[] {
  const rule = RULE_OF_KIND[kind] ?? SUBDOMAIN_RULE;
  if (isName(name, rule) && (namespace === undefined || isName(namespace, LABEL_RULE))) return NONE;
  const bad = (key: string, value: string, wanted: NameRule, what: string): Finding[] => (isName(value, wanted) ? [] : [{
    path, sentence: `\`${key}\` is "${value}": ${what} must be ${wanted.words}. Try "${repair(value, wanted.maxLength)}".`,
  }]);
  return [
    ...bad('metadata.name', name, rule, `the name of a ${kind}`),
    ...(namespace === undefined ? [] : bad('metadata.namespace', namespace, LABEL_RULE, 'a namespace')),
  ];
}

const isName = (value: string, { pattern, maxLength }: NameRule): boolean => value.length <= maxLength && pattern.test(value);

function repair(value: string, maxLength: number): string {
  return value.toLowerCase().replace(/[^a-z0-9-]+/g, '-').slice(0, maxLength).replace(/^[-0-9]+|-+$/g, '') || 'a-name';
}

function metadataFindings(path: string, place: string, metadata: Json): Finding[] {
  if (!metadata || isRight(metadata)) return NONE;
  const badKeys = (field: 'labels' | 'annotations'): Finding[] => !metadata[field] ? [] : Object.keys(metadata[field]).filter(key => !isQualifiedName(key)).map(key => ({
    path,
    sentence: `\`${place}.${field}\` has the key "${key}": a key is [prefix/]name, where the name has at most 63 letters, digits, "-", "_" or "." `
      + 'and the prefix is a DNS name. Rename it.',
  }));
  const labels: Record<string, unknown> = metadata.labels ?? {};
  const badValues = Object.keys(labels)
    .filter(key => !isLabelValue(labels[key]))
    .map(key => ({
      path,
      sentence: `\`${place}.labels["${key}"]\` is ${JSON.stringify(labels[key])}: a label value is text of at most 63 letters, digits, "-", "_" or ".", with a letter or digit at `
        + 'both ends. Shorten it, or make it an annotation.',
    }));
  const badAnnotations = !metadata.annotations ? [] : Object.entries<unknown>(metadata.annotations).filter(([, value]) => typeof value !== 'string').map(([key, value]) => ({
    path, sentence: `\`${place}.annotations["${key}"]\` is ${JSON.stringify(value)}: an annotation value is text. Put it in quotes.`,
  }));
  return [...badKeys('labels'), ...badKeys('annotations'), ...badValues, ...badAnnotations];
}

/** Nearly all are, and nothing is made for them. */
function isRight({ labels, annotations }: Json): boolean {
  for (const key in labels) if (!isQualifiedName(key) || !isLabelValue(labels[key])) return false;
  for (const key in annotations) if (!isQualifiedName(key) || typeof annotations[key] !== 'string') return false;
  return true;
}

const isLabelValue = (value: unknown): boolean => typeof value === 'string' && value.length <= 63 && LABEL_VALUE.test(value);

/** The same few keys are on every object. */
const knownKeys = new Map<string, boolean>();

function isQualifiedName(key: string): boolean {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const matches = matchesQualifiedName(key);
  knownKeys.set(key, matches);
  return matches;
}

function matchesQualifiedName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.pop() ?? '';
  const prefix = parts[0];
  return parts.length <= 1 && name.length <= 63 && QUALIFIED_NAME.test(name) && (prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix)));
}
