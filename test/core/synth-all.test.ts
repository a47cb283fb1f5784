import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { EnvironmentApp, synthAll } from '../../lib';
import { CLUSTER } from '../support';
import { configMap } from './objects';

let outputRoot: string;
beforeEach(() => { outputRoot = mkdtempSync(join(tmpdir(), 'synth-all-')); });
afterEach(() => { rmSync(outputRoot, { recursive: true }); });

function environment(name: string, settings = configMap()): EnvironmentApp {
  const app = new EnvironmentApp(name, { cluster: CLUSTER, outputRoot });
  new ApiObject(app.layer('20-layer'), 'settings', settings);
  return app;
}
const wrong = configMap({}, 'My_settings');
const sentence = '`metadata.name` is "My_settings": the name of a ConfigMap must be at most 253 characters: a-z, 0-9, "-" and ".", with a letter or digit at both ends. Try "my-settings".';

test('every environment is written to its own folder', () => {
  synthAll([environment('lab'), environment('prod')]);
  expect(readdirSync(outputRoot).sort()).toEqual(['lab', 'prod']);
  expect(readdirSync(join(outputRoot, 'lab'))).toEqual(['20-layer.k8s.yaml']);
});

test('the mistakes of all environments are in one error; otherwise each run shows one environment more', () => {
  expect(() => { synthAll([environment('lab', wrong), environment('dev'), environment('prod', wrong)]); }).toThrow(
    `2 mistakes, nothing written:\n  [lab/20-layer/settings] ${sentence}\n  [prod/20-layer/settings] ${sentence}`);
});

test('nothing is written for any environment when one has a mistake; otherwise dist/ is half old and half new', () => {
  expect(() => { synthAll([environment('lab'), environment('prod', wrong)]); }).toThrow('1 mistake, nothing written');
  expect(readdirSync(outputRoot)).toEqual([]);
});

test('two environments in one folder are refused; otherwise the second replaces the first', () => {
  expect(() => { synthAll([environment('lab'), environment('prod'), environment('lab')]); }).toThrow(
    `1 mistake, nothing written:\n  [lab] Two environments are written to ${join(outputRoot, 'lab')}: the second would replace the first. Rename one of the two.`);
  expect(existsSync(join(outputRoot, 'prod'))).toBe(false);
});

test('every manifest is made once; otherwise a synth takes twice as long', () => {
  const app = environment('lab');
  const toJson = jest.spyOn(app.node.findAll().find(construct => construct instanceof ApiObject)!, 'toJson');
  synthAll([app]);
  expect(toJson).toHaveBeenCalledTimes(1);
});

test('an app that does more in its synth still does it', () => {
  const written = jest.fn();
  class Louder extends EnvironmentApp {
    override synth(): void {
      super.synth();
      written();
    }
  }
  synthAll([new Louder('lab', { cluster: CLUSTER, outputRoot })]);
  expect(written).toHaveBeenCalledTimes(1);
});
