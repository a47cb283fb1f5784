import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Capacity, ExistingClaim, type Json, KatibExperiment, type TrialOptions } from '../../lib';
import { parseQuantity } from '../../lib/core/quantity';
import { BASE, buildKatib, type Changes, containerOf, DATA, IMAGE, PROPS, saying, sentences, specOf, tune } from './katib-support';

const trial = (changes: Partial<TrialOptions<'lr'>>): Changes => ({ trial: { ...PROPS.trial, ...changes } });

describe('parameters reach the trial', () => {
  test('a name that is not searched does not compile', () => {
    buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', {
        ...BASE, team,
        search: { algorithm: 'sobol', parameters: { lr: { type: 'int', min: 1, max: 2 } } },
        // @ts-expect-error the parameter is called lr
        trial: { image: IMAGE, command: ({ learningRate }) => ['train', String(learningRate)] },
      });
    });
  });

  test('the environment is enough', () => {
    const built = tune(trial({ command: () => ['train'], environment: ({ lr }) => ({ LR: lr }) }));
    expect(built.problems).toEqual([]);
    expect(containerOf(built).env).toEqual([{ name: 'LR', value: '${trialParameters.lr}' }]);
  });

  test('one that no trial gets is refused by Katib', () => {
    expect(sentences(trial({ command: () => ['train'] }))).toEqual(saying(
      '`trial` does not use the parameter lr: Katib refuses what no trial gets. Use it in `trial.command` or `trial.environment`, or take it out of `search.parameters`.'));
  });

  test('one that is written by hand and not searched is refused by Katib, wherever it is', () => {
    const unknown = (name: string) => saying(`\`trial\` has \${trialParameters.${name}}: \`search.parameters\` has no ${name}. Use the parameters that \`trial.command\` is given.`);
    expect(sentences(trial({ command: ({ lr }) => ['train', lr, '--layers=${trialParameters.layers}'] }))).toEqual(unknown('layers'));
    expect(sentences(trial({ environment: () => ({ A: '${trialParameters.a b}' }) }))).toEqual(unknown('a b'));
    expect(sentences(trial({ image: 'registry.example.com/train:1.0-${trialParameters.tag}' }))).toEqual(expect.arrayContaining(unknown('tag')));
  });

  test('what Katib knows of a trial is filled in by way of a parameter only', () => {
    expect(sentences(trial({ command: ({ lr }) => ['train', lr, '${trialSpec.Name}'] }))).toEqual(saying(
      '`trial` has a placeholder of ${trialSpec}: Katib fills it in nowhere but in a trial parameter. Use the name that `trial.command` is given after the parameters.'));
  });

  test('the name of the trial is a parameter where it is used; otherwise results of trials overwrite each other', () => {
    const built = tune(trial({ command: ({ lr }, name) => ['train', lr, `--out=/results/${name}`] }));
    expect(built.problems).toEqual([]);
    expect(specOf(built).trialTemplate.trialParameters).toEqual([{ name: 'lr', reference: 'lr' }, { name: 'trialName', reference: '${trialSpec.Name}' }]);
  });
});

/** What Katib's webhook makes of a command: joined by blanks, in a shell, with a marker behind. */
function wrapped(command: readonly string[], directory: string, printed: boolean): string[] {
  const ofShell = (command[0] === 'sh' || command[0] === 'bash') && command[1] === '-c';
  const [shell, args] = ofShell ? [command.slice(0, 2), command.slice(2)] : [['sh', '-c'], command];
  return [...shell, [...args, ...printed ? [`1>${directory}/metrics.log 2>&1`] : [], '&&', `echo completed > ${directory}/marker`].join(' ')];
}

/** Runs a command as Katib does, with the value of the parameter filled in, and gives what went to the collected output, and whether it was taken for completed. */
function collectedFrom(command: readonly string[], value: string): { output: string; completed: boolean } {
  const directory = mkdtempSync(join(tmpdir(), 'katib-'));
  try {
    const [program = '', ...args] = wrapped(JSON.parse(JSON.stringify(command).replaceAll('${trialParameters.lr}', () => value)), directory, true);
    let completed = true;
    try {
      execFileSync(program, args, { stdio: 'ignore' });
    } catch {
      completed = false;
    }
    return { output: readFileSync(join(directory, 'metrics.log'), 'utf8'), completed };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('Katib runs the command in a shell; each argument arrives all the same', () => {
  const commandOf = (command: TrialOptions<'lr'>['command'], values?: readonly string[]): string[] =>
    containerOf(tune({ ...trial({ command }), ...values ? { search: { algorithm: 'random', parameters: { lr: { type: 'categorical', values } } } } : {} })).command;

  test('plain arguments stay as they are', () => {
    expect(commandOf(({ lr }) => ['python3', '/opt/train.py', `--lr=${lr}`, '-v', 'a,b=c:d@e+f%'])).toEqual(
      ['python3', '/opt/train.py', '--lr=${trialParameters.lr}', '-v', 'a,b=c:d@e+f%']);
  });

  test('others become one shell command, which means the same with Katib and without', () => {
    expect(commandOf(({ lr }) => ['train', lr, 'it\'s; $HOME'])).toEqual(['sh', '-c', 'train ${trialParameters.lr} \'it\'\\\'\'s; $HOME\'']);
    expect(commandOf(({ lr }) => ['train', lr], ['adam', 'adam w'])).toEqual(['sh', '-c', 'train \'${trialParameters.lr}\'']);
    expect(commandOf(({ lr }) => ['train', lr], ['adam', 'sgd'])).toEqual(['train', '${trialParameters.lr}']);
  });

  test('any arguments and any value', () => {
    const value = fc.stringMatching(/^[ -!#-&(-[\]-~]{1,12}$/);
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[ -~\né]{0,12}$/), { maxLength: 4 }), value, (others, filling) => {
      const command = commandOf(({ lr }) => ['printf', '%s\\0', ...others, `--x=${lr}`], [filling]);
      const expected = [...others, `--x=${filling}`].map(argument => `${argument}\0`).join('');
      expect(collectedFrom(command, filling)).toEqual({ output: expected, completed: true });
      const [program = '', ...args] = JSON.parse(JSON.stringify(command).replaceAll('${trialParameters.lr}', () => filling));
      expect(execFileSync(program, args, { encoding: 'utf8' })).toBe(expected);
    }), { numRuns: 40 });
  });

  test.each<[readonly string[], string, boolean]>([
    [['sh', '-c', 'echo "a=$0"; echo b=2'], 'a=0.1\nb=2\n', true],
    [['bash', '-c', 'echo "$1"; false', 'name', 'first'], 'first\n', false],
    [['sh', '-c', 'exit 3; true'], '', false],
    [['sh', '-c', 'false || echo rescued'], 'rescued\n', true],
  ])('of %j all output is collected, and its end counts', (script, output, completed) => {
    expect(collectedFrom(commandOf(({ lr }) => [...script, lr]), '0.1')).toEqual({ output, completed });
  });

  test('no command at all is refused', () => {
    expect(sentences(trial({ command: () => [], environment: ({ lr }) => ({ LR: lr }) }))).toEqual(saying('`trial.command` is empty: there would be nothing to run. Give the program and its arguments.'));
  });
});

describe('Katib\'s webhook refuses a Job that Go would write in another way', () => {
  /** Lists without entries, which Go leaves out. */
  const emptyLists = (value: Json, path = ''): string[] => {
    if (value === null || typeof value !== 'object') return [];
    if (Array.isArray(value) && value.length === 0) return [path];
    return Object.entries(value).flatMap(([key, entry]) => emptyLists(entry, `${path}/${key}`));
  };

  test('no list is empty', () => {
    const { trialSpec } = specOf(tune(trial({ mounts: [], environment: () => ({}) }))).trialTemplate;
    expect(emptyLists(trialSpec)).toEqual([]);
    expect(emptyLists({ a: { b: [] } })).toEqual(['/a/b']);
  });

  const sizeOf = (sharedMemory: Capacity): string => specOf(tune(trial({ sharedMemory }))).trialTemplate.trialSpec.spec.template.spec.volumes[0].emptyDir.sizeLimit;

  test.each<[Capacity, string]>([['2048Mi', '2Gi'], ['0.5Gi', '512Mi'], ['1500Mi', '1500Mi'], ['64Gi', '64Gi'], ['1048576Ki', '1Gi']])('%s of shared memory is written as %s', (size, written) => {
    expect(sizeOf(size)).toBe(written);
  });

  test('any size keeps its value, in the largest unit', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1 << 20 }), fc.constantFrom('Ki', 'Mi', 'Gi'), (count, unit) => {
      const size = sizeOf(`${count}${unit as 'Ki'}`);
      expect(parseQuantity(size)).toBe(parseQuantity(`${count}${unit}`));
      expect(Number(/^\d+/.exec(size)![0]) % 1024).not.toBe(0);
    }), { numRuns: 40 });
  });
});

describe('mistakes in what runs are found', () => {
  test.each<[Partial<TrialOptions<'lr'>>, string]>([
    [{ backoffLimit: -1 }, '`trial.backoffLimit` is -1: it must be a whole number of at least 0. Choose a value in that range.'],
    [{ gpus: 0.5 }, '`trial.gpus` is 0.5: it must be a whole number of at least 0. Choose a value in that range.'],
    [{ mounts: [{ dataset: DATA, mountPath: 'data' }] }, '`trial.mounts` has the mount path "data": it must be absolute. Start it with "/".'],
  ])('%j', (changes, sentence) => {
    expect(sentences(trial(changes))).toEqual(expect.arrayContaining(saying(sentence)));
  });

  test('data of another namespace', () => {
    expect(sentences(trial({ mounts: [{ dataset: new ExistingClaim('other', 'data', 'ReadOnlyMany'), mountPath: '/data' }] }))[0]).toMatch(
      /^\[test\/20-layer\/tune\] `trial.mounts` has claim data of namespace other: pods of namespace team cannot mount it\./);
  });

  test('more GPUs than a node has', () => {
    expect(sentences(trial({ gpus: 9 }))[0]).toMatch(/^\[test\/20-layer\/tune\] `resources.limits\["nvidia.com\/gpu"\]` is 9 for one pod/);
  });
});
