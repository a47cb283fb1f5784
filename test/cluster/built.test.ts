import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { environments } from '../../apps/environments';
import { lab } from '../../apps/environments/lab';
import { BuiltEnvironment, expectNone, idOf } from './harness/built';

const output = mkdtempSync(join(tmpdir(), 'built-'));
afterAll(() => { rmSync(output, { recursive: true }); });

test.each(environments.map(environment => [environment.name, environment] as const))('%s: every object that is applied has its construct path; otherwise a refusal leads nowhere', (_, environment) => {
  const { folder, objects } = new BuiltEnvironment(environment, output);
  const applied = readdirSync(folder).filter(file => file.endsWith('.yaml')).flatMap(file => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(document => idOf(document.toJS())));
  expect(objects.map(({ id }) => id).sort()).toEqual(applied.sort());
});

test('a refusal shows the object, its construct path and what the server says; otherwise one has to look for them', () => {
  const [object] = new BuiltEnvironment(lab, output).ofKind('Namespace');
  expect(() => { expectNone([{ object: object!, message: 'the server says no\n' }]); }).toThrow(
    'Namespace airflow, made by lab/10-namespaces/airflow:\nthe server says no\napiVersion: v1\nkind: Namespace\n');
});
