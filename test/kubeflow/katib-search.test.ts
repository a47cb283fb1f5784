import fc from 'fast-check';
import { type DoubleParameter, KatibExperiment, type KatibParameter, type KatibSearch, type KubeflowVersion } from '../../lib';
import { BASE, buildKatib, type Changes, IMAGE, PROPS, saying, sentences, specOf, tune } from './katib-support';

type Search = KatibSearch<'lr'>;
const LR: DoubleParameter = { type: 'double', min: 0.01, max: 0.03 };
const random = (lr: KatibParameter): Search => ({ algorithm: 'random', parameters: { lr } });
/** What is wrong with a search. */
const problems = (search: Search, version?: KubeflowVersion, changes: Changes = {}): string[] => sentences({ search, ...changes }, version);

/** One search per algorithm, with every setting. */
const ALL: { readonly [Algorithm in KatibSearch['algorithm']]: Extract<Required<Search>, { algorithm: Algorithm }> } = {
  grid: { algorithm: 'grid', parameters: { lr: { ...LR, step: 0.001 } }, settings: { random_state: 1 } },
  random: { algorithm: 'random', parameters: { lr: LR }, settings: { random_state: 1 } },
  tpe: { algorithm: 'tpe', parameters: { lr: LR }, settings: { random_state: 1, gamma: 0.2, prior_weight: 0.5, n_EI_candidates: 10 } },
  'multivariate-tpe': { algorithm: 'multivariate-tpe', parameters: { lr: LR }, settings: { random_state: 1, n_startup_trials: 5, n_ei_candidates: 10 } },
  bayesianoptimization: {
    algorithm: 'bayesianoptimization', parameters: { lr: LR }, settings: { random_state: 1, base_estimator: 'RF', n_initial_points: 5, acq_func: 'EI', acq_optimizer: 'sampling' },
  },
  cmaes: { algorithm: 'cmaes', parameters: { lr: LR }, settings: { random_state: 1, sigma: 0.1, restart_strategy: 'ipop' } },
  sobol: { algorithm: 'sobol', parameters: { lr: LR } },
  hyperband: { algorithm: 'hyperband', parameters: { lr: LR }, settings: { resource_name: 'lr', r_l: 9, eta: 3 } },
  pbt: { algorithm: 'pbt', parameters: { lr: { ...LR, step: 0.001 } }, settings: { suggestion_trial_dir: '/ckpt', n_population: 10, truncation_threshold: 0.2 } },
};

describe('every setting of an algorithm reaches Katib, as text', () => {
  test.each(Object.entries(ALL))('%s', (algorithmName, search) => {
    const settings = Object.entries('settings' in search ? { ...search.settings } : {}).map(([name, value]) => ({ name, value: String(value) }));
    expect(specOf(tune({ search })).algorithm).toEqual({ algorithmName, ...settings.length > 0 ? { algorithmSettings: settings } : {} });
  });

  test('and what is not set is not written', () => {
    expect(specOf(tune({ search: { algorithm: 'tpe', parameters: { lr: LR }, settings: { random_state: undefined } } })).algorithm).toEqual({ algorithmName: 'tpe' });
  });

  test.each<[Search, string]>([
    [{ ...ALL.random, settings: { random_state: -1 } }, '`search.settings.random_state` is -1: it must be a whole number of at least 0. Choose such a value.'],
    [{ ...ALL.tpe, settings: { gamma: 1 } }, '`search.settings.gamma` is 1: it must be between 0 and 1. Choose such a value.'],
    [{ ...ALL.tpe, settings: { prior_weight: 0 } }, '`search.settings.prior_weight` is 0: it must be more than 0. Choose such a value.'],
    [{ ...ALL.tpe, settings: { n_EI_candidates: 0 } }, '`search.settings.n_EI_candidates` is 0: it must be a whole number of at least 1. Choose such a value.'],
    [{ ...ALL['multivariate-tpe'], settings: { n_ei_candidates: 0.5 } }, '`search.settings.n_ei_candidates` is 0.5: it must be a whole number of at least 0. Choose such a value.'],
    [{ ...ALL['multivariate-tpe'], settings: { n_startup_trials: -1 } }, '`search.settings.n_startup_trials` is -1: it must be a whole number of at least 0. Choose such a value.'],
    [{ ...ALL.bayesianoptimization, settings: { n_initial_points: -1 } }, '`search.settings.n_initial_points` is -1: it must be a whole number of at least 0. Choose such a value.'],
  ])('a value that its service refuses is refused: %#', (search, sentence) => {
    expect(problems(search)).toEqual(saying(sentence));
  });
});

describe('parameters are written as text, and read back as the same numbers', () => {
  test('all four types', () => {
    const { parameters } = specOf(buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', {
        ...BASE,
        team,
        search: {
          algorithm: 'random',
          parameters: {
            rate: { type: 'double', min: 0.0001, max: 1e21, distribution: 'logUniform' }, layers: { type: 'int', min: -4, max: 64, step: 4 },
            optimizer: { type: 'categorical', values: ['sgd', 'adam'] }, batch: { type: 'discrete', values: [32, 0.5, 1e-7] },
          },
        },
        trial: { image: IMAGE, command: parameters => ['train', ...Object.values(parameters)] },
      });
    }));
    expect(parameters).toEqual([
      { name: 'rate', parameterType: 'double', feasibleSpace: { min: '0.0001', max: '1e+21', distribution: 'logUniform' } },
      { name: 'layers', parameterType: 'int', feasibleSpace: { min: '-4', max: '64', step: '4' } },
      { name: 'optimizer', parameterType: 'categorical', feasibleSpace: { list: ['sgd', 'adam'] } },
      { name: 'batch', parameterType: 'discrete', feasibleSpace: { list: ['32', '0.5', '1e-7'] } },
    ]);
  });

  test('any range', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true }), (a, b) => {
      const [min, max] = a < b ? [a, b] : [b, a];
      const { feasibleSpace } = specOf(tune({ search: random({ type: 'double', min, max }) })).parameters[0];
      expect([Number(feasibleSpace.min), Number(feasibleSpace.max)]).toEqual([min + 0, max + 0]);
      // What Go's ParseFloat and Python's float() both read.
      for (const text of [feasibleSpace.min, feasibleSpace.max]) expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
    }), { numRuns: 50 });
  });

  const INT_MIN = { type: 'int', min: 1, max: 2 } as const;
  test.each<[KatibParameter, string]>([
    [{ type: 'double', min: 2, max: 1 }, '`search.parameters.lr.min` is 2, but `search.parameters.lr.max` is 1: the smallest value comes first. Exchange them.'],
    [{ type: 'double', min: 0, max: Infinity }, '`search.parameters.lr` is 0 to Infinity: the bounds of type double must be finite numbers. Correct them.'],
    [{ type: 'double', min: 0, max: 1, step: -0.5 }, '`search.parameters.lr.step` is -0.5: it must be a finite number above 0. Correct it, or leave it out.'],
    [{ ...INT_MIN, min: 0.5 }, '`search.parameters.lr` is 0.5 to 2: the bounds of type int must be whole numbers. Correct them.'],
    [{ ...INT_MIN, max: 1.5 }, '`search.parameters.lr` is 1 to 1.5: the bounds of type int must be whole numbers. Correct them.'],
    [{ ...INT_MIN, step: 0 }, '`search.parameters.lr.step` is 0: it must be a whole number above 0. Correct it, or leave it out.'],
    [{ type: 'categorical', values: [] }, '`search.parameters.lr.values` is empty: there would be nothing to choose from. List at least one value.'],
    [{ type: 'categorical', values: ['sgd', 'sgd'] }, '`search.parameters.lr.values` lists sgd 2 times: each may appear once. Take the others out.'],
    [{ type: 'discrete', values: [1, 2, 1] }, '`search.parameters.lr.values` lists 1 2 times: each may appear once. Take the others out.'],
    [{ type: 'discrete', values: [NaN] }, '`search.parameters.lr.values` has NaN: it must be a finite number. Correct it.'],
    ...['it\'s', 'say "x"', 'a\\b', 'a\nb', ''].map((value): [KatibParameter, string] => [
      { type: 'categorical', values: [value] },
      `\`search.parameters.lr.values\` has ${JSON.stringify(value)}: Katib cannot hand on quotes, backslashes, control characters or nothing at all. Use another word.`,
    ]),
    [{ type: 'double', min: 0, max: 1, distribution: 'logUniform' }, '`search.parameters.lr.min` is 0: logUniform takes its logarithm. Use a value above 0.'],
    [{ type: 'int', min: 0, max: 8, distribution: 'logNormal' }, '`search.parameters.lr.min` is 0: logNormal takes its logarithm. Use a value above 0.'],
  ])('%j is refused', (parameter, sentence) => {
    expect(problems(random(parameter))).toEqual(saying(sentence));
  });

  test.each<KatibParameter>([
    { type: 'double', min: 1, max: 1 }, { type: 'int', min: -1, max: 1 }, { type: 'double', min: -1, max: 1, distribution: 'normal' }, { type: 'categorical', values: ['adam w', '$HOME', 'é'] },
  ])('%j is taken', parameter => {
    expect(problems(random(parameter))).toEqual([]);
  });

  test.each(['a b', 'a{b}', '', 'trialName'])('the name "%s" is refused', name => {
    const built = buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', {
        ...BASE, team, search: { algorithm: 'random', parameters: { [name]: LR } }, trial: { image: IMAGE, command: parameters => ['train', ...Object.values(parameters)] },
      });
    });
    expect(built.problems).toEqual(expect.arrayContaining(saying(`\`search.parameters\` has the name "${name}": use letters, digits, "-", "_" and ".", and not trialName, which is taken. Rename it.`)));
  });

  test('none at all is refused', () => {
    const built = buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', { ...BASE, team, search: { algorithm: 'sobol', parameters: {} }, trial: { image: IMAGE, command: () => ['train'] } });
    });
    expect(built.problems).toEqual(saying('`search.parameters` is empty: there would be nothing to search. Add a parameter.'));
  });

  test('distributions are refused before Kubeflow 1.10, which would ignore them', () => {
    const search = random({ ...LR, distribution: 'logUniform' });
    expect(problems(search, '1.9')).toEqual(saying(
      '`search.parameters.lr.distribution` is logUniform: Katib knows distributions from Kubeflow 1.10 on, and this is 1.9. Leave it out, or upgrade Kubeflow.'));
    expect(problems(search, '1.10')).toEqual([]);
  });
});

describe('a grid', () => {
  const grid = (lr: Extract<Search, { algorithm: 'grid' }>['parameters']['lr'], max: number): string[] => problems({ algorithm: 'grid', parameters: { lr } }, '1.7', { trials: { max } });

  test('says how many combinations there are; otherwise Katib refuses the trials after the experiment was made', () => {
    const built = buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', {
        ...BASE,
        team,
        trials: { max: 1000 },
        search: {
          algorithm: 'grid',
          parameters: { lr: { ...LR, step: 0.005 }, 'num-layers': { type: 'int', min: 1, max: 64 }, optimizer: { type: 'categorical', values: ['sgd', 'adam', 'ftrl'] } },
        },
        trial: { image: IMAGE, command: parameters => ['train', ...Object.values(parameters)] },
      });
    });
    expect(built.problems).toEqual(saying('`trials.max` is 1000, but the grid has 5 (lr) x 64 (num-layers) x 3 (optimizer) = 960 combinations: Katib refuses more trials than that. '
      + 'Lower it to 960, or search smaller steps or more values.'));
  });

  // Counted with numpy.arange as Katib's search_space.py does.
  test.each<[number, number, number, number]>([
    [0.01, 0.03, 0.005, 5], [0.01, 0.03, 0.001, 21], [0, 1, 0.1, 11], [0.1, 0.5, 0.1, 5], [0, 1, 0.3, 4], [1, 1, 0.5, 1], [0.01, 0.02, 1, 1], [-1, 1, 0.5, 5],
  ])('of doubles from %d to %d by %d has %i', (min, max, step, count) => {
    expect(grid({ type: 'double', min, max, step }, count)).toEqual([]);
    expect(grid({ type: 'double', min, max, step }, count + 1)).toHaveLength(1);
  });

  test('of any whole numbers has as many as a loop finds', () => {
    fc.assert(fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 }), (min, span, step) => {
      let count = 0;
      for (let value = min; value <= min + span; value += step) count += 1;
      expect(grid({ type: 'int', min, max: min + span, step }, count)).toEqual([]);
      expect(grid({ type: 'int', min, max: min + span, step }, count + 1)).toHaveLength(1);
    }), { numRuns: 30 });
  });

  test('of a list has its length', () => {
    expect(grid({ type: 'discrete', values: [16, 32, 64] }, 3)).toEqual([]);
    expect(grid({ type: 'discrete', values: [16, 32, 64] }, 4)).toHaveLength(1);
  });
});

describe('steps that an algorithm would not take are refused; otherwise it tries values that the training cannot use', () => {
  const step = (algorithm: string, why: string, value: number) => saying(
    `\`search.parameters.lr.step\` is ${value}: ${algorithm} ${why}, and would try any value in between. Use a discrete parameter, or another algorithm.`);
  const withStep = { ...LR, step: 0.01 };
  const layers = { type: 'int', min: 2, max: 8, step: 2 } as const;
  const notYet = 'knows no such steps before Kubeflow 1.10, and this is 1.7';

  test.each<[Search, string]>([
    [{ ...ALL.bayesianoptimization, parameters: { lr: withStep } }, 'bayesianoptimization'],
    [{ ...ALL.hyperband, settings: { ...ALL.hyperband.settings, r_l: 1 }, parameters: { lr: withStep } }, 'hyperband'],
  ])('%#', (search, algorithm) => {
    expect(problems(search)).toEqual(step(algorithm, 'knows no steps', 0.01));
  });

  test.each<[Search, boolean]>([
    [{ algorithm: 'random', parameters: { lr: withStep } }, false], [{ algorithm: 'random', parameters: { lr: layers } }, true],
    [{ algorithm: 'tpe', parameters: { lr: withStep } }, false], [{ algorithm: 'multivariate-tpe', parameters: { lr: layers } }, false],
    [{ algorithm: 'sobol', parameters: { lr: withStep } }, true], [{ algorithm: 'grid', parameters: { lr: withStep } }, true],
  ])('by the release: %#', (search, takesItAlways) => {
    const trials = { trials: { max: 1 } };
    expect(problems(search, '1.10', trials)).toEqual([]);
    expect(problems(search, '1.7', trials)).toEqual(takesItAlways ? [] : step(search.algorithm, notYet, search.parameters.lr.type === 'int' ? 2 : 0.01));
  });

  test.each(['random', 'tpe'] as const)('%s counts steps from 0, and would leave the range', algorithm => {
    expect(problems({ algorithm, parameters: { lr: { type: 'double', min: 0.001, max: 0.1, step: 0.01 } } })).toEqual(saying(
      `\`search.parameters.lr.min\` is 0.001: ${algorithm} tries multiples of \`step\`, 0.01, even outside of the range. Use a multiple of it, or another algorithm.`));
    expect(problems({ algorithm, parameters: { lr: { type: 'int', min: 2, max: 9, step: 2 } } })).toEqual(saying(
      `\`search.parameters.lr.max\` is 9: ${algorithm} tries multiples of \`step\`, 2, even outside of the range. Use a multiple of it, or another algorithm.`));
    expect(problems({ algorithm, parameters: { lr: { type: 'double', min: 0.1, max: 0.7, step: 0.1 } } })).toEqual([]);
  });
});

describe('what else an algorithm needs', () => {
  test('bayesianoptimization: doubles above 0, and ranges', () => {
    expect(problems({ algorithm: 'bayesianoptimization', parameters: { lr: { type: 'double', min: 0, max: 1 } } })).toEqual(saying(
      '`search.parameters.lr.min` is 0: bayesianoptimization searches doubles on a logarithmic scale. Use a value above 0, or another algorithm.'));
    expect(problems({ algorithm: 'bayesianoptimization', parameters: { lr: { type: 'int', min: 0, max: 0 } } })).toEqual(saying(
      '`search.parameters.lr` is 0 to 0: bayesianoptimization needs a range. Make `max` larger, or leave the parameter out.'));
  });

  test('cmaes: two numbers', () => {
    expect(problems(ALL.cmaes)).toEqual(saying('`search.parameters` has 1 of type double or int: cmaes needs 2 or more. Add one, or use another algorithm.'));
    const built = buildKatib((layer, team) => {
      new KatibExperiment(layer, 'tune', {
        ...BASE, team, search: { algorithm: 'cmaes', parameters: { lr: LR, layers: { type: 'int', min: 1, max: 4 } }, settings: { sigma: -1 } },
        trial: { image: IMAGE, command: ({ lr, layers }) => ['train', lr, layers] },
      });
    });
    expect(built.problems).toEqual(saying('`search.settings.sigma` is -1: it must be 0 or more. Choose such a value.'));
  });

  test('hyperband: enough trials at once', () => {
    expect(problems(ALL.hyperband)).toEqual(saying(
      '`trials.parallel` is 3: hyperband with `r_l` 9 starts 3^2 = 9 trials at once. Raise it to 9, or lower `search.settings.r_l`.'));
    expect(problems(ALL.hyperband, '26.03', { trials: { max: 12, parallel: 9 } })).toEqual([]);
  });

  test('hyperband: settings and lists of whole numbers', () => {
    const settings = { resource_name: 'lr', r_l: 2, eta: 3 } as const;
    expect(problems({ ...ALL.hyperband, settings: { ...settings, r_l: 0 } })).toEqual(saying('`search.settings.r_l` is 0: it must be 1 or more. Choose such a value.'));
    expect(problems({ ...ALL.hyperband, settings: { ...settings, eta: 1 } })[0]).toBe(saying('`search.settings.eta` is 1: it must be a whole number of at least 2. Choose such a value.')[0]);
    expect(problems({ ...ALL.hyperband, settings, parameters: { lr: { type: 'discrete', values: [0.5] } } })).toEqual(saying(
      '`search.parameters.lr.values` has 0.5: it must be a whole number for hyperband. Correct it, or use a categorical parameter.'));
  });

  const PBT: Changes = { resumePolicy: 'FromVolume' };
  test('pbt: a volume for its checkpoints; otherwise trials wait for a claim that nobody makes', () => {
    const sentence = (policy: string) => saying(
      `\`resumePolicy\` is ${policy}: the checkpoints of pbt need a volume that Katib makes for FromVolume only, and trials would wait for it. Set \`resumePolicy: 'FromVolume'\`.`);
    expect(problems(ALL.pbt)).toEqual(sentence('Never'));
    expect(problems(ALL.pbt, '26.03', { resumePolicy: 'LongRunning' })).toEqual(sentence('LongRunning'));
    expect(problems(ALL.pbt, '26.03', PBT)).toEqual([]);
  });

  test('pbt: short names, because those of its trials have a UUID', () => {
    expect(problems(ALL.pbt, '26.03', { ...PBT, name: 'a'.repeat(26) })).toEqual([]);
    expect(problems(ALL.pbt, '26.03', { ...PBT, name: 'a'.repeat(27) })).toEqual(saying(
      `\`name\` is "${'a'.repeat(27)}": an experiment with pbt needs at most 26 characters: a-z, 0-9 and "-", starting with a letter and ending with a letter or digit. Rename it.`));
  });

  test.each<[Partial<Extract<Search, { algorithm: 'pbt' }>['settings']>, string]>([
    [{ n_population: 4 }, '`search.settings.n_population` is 4: it must be a whole number of at least 5. Choose such a value.'],
    [{ truncation_threshold: 1.5 }, '`search.settings.truncation_threshold` is 1.5: it must be from 0 to 1. Choose such a value.'],
    [{ suggestion_trial_dir: 'ckpt' }, '`search.settings.suggestion_trial_dir` is "ckpt": it must be an absolute path where nothing else is mounted. Use one of its own, for example /var/lib/checkpoints.'],
    [{ suggestion_trial_dir: '/dev/shm/' }, '`search.settings.suggestion_trial_dir` is "/dev/shm/": it must be an absolute path where nothing else is mounted. Use one of its own, for example /var/lib/checkpoints.'],
  ])('pbt: %j is refused', (settings, sentence) => {
    const trial = { ...PROPS.trial, sharedMemory: '1Gi' } as const;
    expect(problems({ ...ALL.pbt, settings: { ...ALL.pbt.settings, ...settings } }, '26.03', { ...PBT, trial })).toEqual(saying(sentence));
  });
});

test('what cannot be does not compile', () => {
  const searches: Search[] = [
    // @ts-expect-error a population goes step by step
    { algorithm: 'pbt', parameters: { lr: LR }, settings: ALL.pbt.settings },
    // @ts-expect-error hyperband must know what a trial may spend
    { algorithm: 'hyperband', parameters: { lr: LR } },
    // @ts-expect-error sobol has no settings
    { algorithm: 'sobol', parameters: { lr: LR }, settings: { random_state: 1 } },
    // @ts-expect-error this algorithm knows no distributions
    { algorithm: 'cmaes', parameters: { lr: { ...LR, distribution: 'normal' } } },
    // @ts-expect-error and this one not all of them
    { algorithm: 'multivariate-tpe', parameters: { lr: { type: 'double', min: 1, max: 2, distribution: 'normal' } } },
    // @ts-expect-error a setting of another algorithm
    { algorithm: 'random', parameters: { lr: LR }, settings: { sigma: 1 } },
    // @ts-expect-error words have no bounds
    { algorithm: 'random', parameters: { lr: { type: 'categorical', values: ['a'], min: 1 } } },
    // @ts-expect-error numbers are numbers here, text in the manifest
    { algorithm: 'random', parameters: { lr: { type: 'double', min: '0.01', max: '0.03' } } },
  ];
  expect(searches).toHaveLength(8);
  buildKatib((layer, team) => {
    // @ts-expect-error no parameter is called epochs
    new KatibExperiment(layer, 'tune', { ...BASE, team, trial: { image: IMAGE, command: ({ lr }) => [lr] }, search: { algorithm: 'hyperband', parameters: { lr: LR }, settings: { resource_name: 'epochs', r_l: 9 } } });
  });
});
