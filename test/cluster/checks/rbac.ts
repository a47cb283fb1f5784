import { type Json } from '../../../lib';
import { type BuiltEnvironment, expectNone, type Refusal } from '../harness/built';
import { type Kubectl } from '../harness/kubectl';
import { NEIGHBOURS, type Right, RIGHTS, VERBS } from './rights';

/** One question to the API server. */
interface Question {
  readonly namespace: string;
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
}

const text = ({ namespace, resource, verb, name }: Question): string => `${verb} ${resource}${name === undefined ? '' : ` ${name}`} in ${namespace}`;

/** Each ServiceAccount may do what it is for, and nothing else: not on other resources, not with other verbs, not in other namespaces. */
export async function rightsAreExact(kubectl: Kubectl, built: BuiltEnvironment): Promise<number> {
  const namespaces = [...new Set(['default', 'kube-system', ...built.objects.map(({ json }) => json.metadata.namespace as string | undefined).filter(name => name !== undefined)])];
  const wrong: Refusal[] = [];
  let count = 0;
  for (const object of built.ofKind('ServiceAccount')) {
    const account = `${object.json.metadata.namespace}/${object.json.metadata.name}`;
    const rights = RIGHTS[account]?.(built.environment);
    if (rights === undefined) {
      wrong.push({ object, message: `What ServiceAccount ${account} may do is not written down. Add it to test/cluster/checks/rights.ts, with what it is for.` });
      continue;
    }
    const { allowed, refused } = questions(rights, namespaces);
    const answers = await ask(kubectl, account, [...allowed, ...refused]);
    const denied = allowed.filter((_, index) => !answers[index]).map(question => `It may not ${text(question)}, which it is for.`);
    const granted = refused.filter((_, index) => answers[allowed.length + index]).map(question => `It may ${text(question)}, which it is not for.`);
    const listed = await strayRules(kubectl, account, rights, namespaces);
    if (denied.length + granted.length + listed.length > 0) wrong.push({ object, message: [...denied, ...granted, ...listed].join('\n') });
    count += allowed.length + refused.length;
  }
  expectNone(wrong);
  return count;
}

/** What must be allowed, and everything near it that must not. */
function questions(rights: readonly Right[], namespaces: readonly string[]): { allowed: Question[]; refused: Question[] } {
  const allowed = rights.flatMap(({ namespace, resource, verbs, names }) => verbs.flatMap(verb => (names ?? [undefined]).map(name => ({ namespace, resource, verb, name }))));
  const unlimited = new Set(allowed.filter(({ name }) => name === undefined).map(text));
  const all = namespaces.flatMap(namespace => [...new Set([...NEIGHBOURS, ...rights.map(({ resource }) => resource)])].flatMap(resource => VERBS.map(verb => ({ namespace, resource, verb }))));
  return { allowed, refused: all.filter(question => !unlimited.has(text(question))) };
}

/** Asks all questions about one ServiceAccount in one go. */
async function ask(kubectl: Kubectl, account: string, asked: readonly Question[]): Promise<boolean[]> {
  const reviews = asked.map(({ namespace, resource, verb, name }) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...subject(account), resourceAttributes: { namespace, verb, name, ...parsed(resource) } },
  }));
  const answers = (await kubectl.create(reviews, '--validate=false', '-o', 'jsonpath={.status.allowed}{"\\n"}')).trim().split('\n');
  if (answers.length !== asked.length) throw new Error(`${asked.length} questions, ${answers.length} answers`);
  return answers.map(answer => answer === 'true');
}

const subject = (account: string) => {
  const [namespace, name] = account.split('/') as [string, string];
  return { user: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] };
};

/** `persistentvolumeclaims/status` or `jobs.batch` in the parts that a review has. */
function parsed(text: string): { resource: string; subresource?: string; group: string } {
  const [plural, ...group] = text.split('.') as [string, ...string[]];
  const [resource, subresource] = plural.split('/') as [string, string | undefined];
  return { resource, subresource, group: group.join('.') };
}

/** Rules that the API server lists for a ServiceAccount beyond what every account has and what is written down. */
async function strayRules(kubectl: Kubectl, account: string, rights: readonly Right[], namespaces: readonly string[]): Promise<string[]> {
  const stray: string[] = [];
  for (const namespace of namespaces) {
    const everyone = new Set(await rulesOf(kubectl, 'default/nobody', namespace));
    const known = new Set(rights.filter(right => right.namespace === namespace).flatMap(({ resource, verbs, names }) => verbs.map(verb => rule(verb, resource, names))));
    stray.push(...(await rulesOf(kubectl, account, namespace)).filter(listed => !everyone.has(listed) && !known.has(listed)).map(listed => `It is given, but not for anything: ${listed} in ${namespace}`));
  }
  return stray;
}

const rule = (verb: string, resource: string, names: readonly string[] = []): string => `${verb} ${resource} ${[...names].sort().join()}`;

async function rulesOf(kubectl: Kubectl, account: string, namespace: string): Promise<string[]> {
  const { user, groups } = subject(account);
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const { status } = JSON.parse(await kubectl.create([review], '--as', user, ...groups.flatMap(group => ['--as-group', group]), '--validate=false', '-o', 'json'));
  return (status.resourceRules as Json[]).flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
    (resources as string[]).flatMap(resource => (apiGroups as string[]).flatMap(group => (verbs as string[]).map(verb => rule(verb, group === '' ? resource : `${resource}.${group}`, resourceNames)))));
}
