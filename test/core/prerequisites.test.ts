import { Chart, App } from 'cdk8s';
import { Construct } from 'constructs';
import { declarePrerequisite, PlatformNamespace, type Prerequisite, type PrerequisiteArea, requireSecret } from '../../lib';
import { PREREQUISITE_AREAS, prerequisitesOf } from '../../lib/core/prerequisites';
import { build } from '../support';

/** The prerequisites of a tree with two constructs. */
function declared(add: (first: Construct, second: Construct) => void) {
  const chart = new Chart(new App(), 'layer');
  add(new Construct(chart, 'first'), new Construct(chart, 'second'));
  return prerequisitesOf(chart.node.root.node.findAll());
}

test('every field reaches the reader, with the construct that needs it', () => {
  const full: Required<Prerequisite> = {
    area: 'Volumes', what: 'Import', commands: ['a', 'b'], provides: [{ kind: 'Secret', namespace: 'team', name: 'x' }], file: { path: 'import/x.yaml', manifest: { kind: 'Secret' } },
  };
  expect(declared(first => { declarePrerequisite(first, full); })).toEqual([{ ...full, neededBy: ['layer/first'] }]);
});

test('they come in the order to work through them, whatever the order of declaration', () => {
  const reversed = [...PREREQUISITE_AREAS].reverse();
  const list = declared(first => { for (const area of reversed) declarePrerequisite(first, { area, what: area }); });
  expect(list.map(({ area }) => area)).toEqual<PrerequisiteArea[]>(['Array', 'Network', 'Nodes', 'Cluster', 'Secrets', 'Images', 'Volumes']);
});

test('inside an area the order of declaration stays; otherwise the table changes from run to run', () => {
  const list = declared((first, second) => {
    declarePrerequisite(second, { area: 'Nodes', what: 'z' });
    declarePrerequisite(first, { area: 'Nodes', what: 'b' });
    declarePrerequisite(first, { area: 'Nodes', what: 'a' });
  });
  expect(list.map(({ what }) => what)).toEqual(['b', 'a', 'z']);
});

test('the same need of several constructs is one row that names each of them once', () => {
  const need: Prerequisite = { area: 'Nodes', what: 'nconnect', commands: ['uname -r'] };
  const list = declared((first, second) => {
    for (const scope of [first, second, first]) declarePrerequisite(scope, { ...need, commands: [...need.commands!] });
  });
  expect(list).toEqual([{ ...need, neededBy: ['layer/first', 'layer/second'] }]);
});

test.each<[string, Partial<Prerequisite>]>([
  ['area', { area: 'Network' }], ['text', { what: 'other' }], ['commands', { commands: ['other'] }],
  ['promised objects', { provides: [{ kind: 'Namespace', name: 'other' }] }], ['file', { file: { path: 'other', manifest: {} } }],
])('needs with another %s are kept apart; otherwise one of them is lost', (_, other) => {
  const need: Prerequisite = { area: 'Nodes', what: 'x', commands: ['a'], provides: [{ kind: 'Namespace', name: 'a' }], file: { path: 'a', manifest: {} } };
  expect(declared((first, second) => { declarePrerequisite(first, need); declarePrerequisite(second, { ...need, ...other }); })).toHaveLength(2);
});

describe('a Secret', () => {
  test('in a namespace that is made here comes after the file that makes it; kubectl could not make the Secret otherwise', () => {
    const list = (namespace: string) => build(layer => {
      new PlatformNamespace(layer, 'jobs', { name: 'jobs' });
      new PlatformNamespace(layer, 'other', { name: 'other' });
      requireSecret(layer, { namespace, name: 'login', keys: ['password'], purpose: 'a login' });
    }).app.prerequisites().filter(({ what }) => /namespace|Secret/i.test(what)).map(({ area, what, commands }) => ({ area, what, commands: commands?.[0] }));
    const secret = (namespace: string) => ({
      area: 'Secrets', what: `Secret ${namespace}/login with key password: a login`, commands: `kubectl -n ${namespace} create secret generic login --from-file=password=./password`,
    });
    expect(list('jobs')).toEqual([{ area: 'Cluster', what: 'The namespaces of the Secrets below are there: jobs', commands: 'kubectl apply -f 20-layer.k8s.yaml' }, secret('jobs')]);
    expect(list('team')).toEqual([secret('team')]);
  });

  const requirement = { namespace: 'trident', name: 'svm', keys: ['username', 'password'], purpose: 'login of the storage VM' };

  test('has a row with its keys and a command that reads them from files; otherwise passwords end up in the shell history', () => {
    expect(declared(first => { requireSecret(first, requirement); })).toEqual([{
      area: 'Secrets',
      what: 'Secret trident/svm with keys username, password: login of the storage VM',
      commands: ['kubectl -n trident create secret generic svm --from-file=username=./username --from-file=password=./password'],
      provides: [{ kind: 'Secret', namespace: 'trident', name: 'svm' }],
      neededBy: ['layer/first'],
    }]);
  });

  test('with one key is described in the singular', () => {
    const [row] = declared(first => { requireSecret(first, { ...requirement, keys: ['token'] }); });
    expect(row?.what).toBe('Secret trident/svm with key token: login of the storage VM');
    expect(row?.commands).toEqual(['kubectl -n trident create secret generic svm --from-file=token=./token']);
  });

  test('that two constructs need with other keys is made by one line; otherwise the second line fails', () => {
    const list = declared((first, second) => {
      requireSecret(first, requirement);
      requireSecret(second, { namespace: 'trident', name: 'svm', keys: ['salt'], purpose: 'salt', generate: '$(openssl rand -hex 8)' });
    });
    expect(list).toHaveLength(1);
    expect(list[0]?.what).toBe('Secret trident/svm with keys username, password, salt: login of the storage VM; salt');
    expect(list[0]?.commands).toEqual(['kubectl -n trident create secret generic svm --from-file=username=./username --from-file=password=./password --from-literal=salt="$(openssl rand -hex 8)"']);
    expect(list[0]?.neededBy).toEqual(['layer/first', 'layer/second']);
  });

  test('that two constructs need for the same purpose is made once', () => {
    expect(declared((first, second) => { requireSecret(first, requirement); requireSecret(second, requirement); })[0]?.neededBy).toEqual(['layer/first', 'layer/second']);
  });
});

test('other metadata of a construct is no prerequisite', () => {
  expect(declared(first => { first.node.addMetadata('note', { area: 'Nodes', what: 'x' }); })).toEqual([]);
});

test('an area that does not exist does not compile', () => {
  // @ts-expect-error it would have no place in the order
  expect(build(layer => { declarePrerequisite(layer, { area: 'Kitchen', what: 'x' }); }).app.prerequisites()).toHaveLength(2);
});
