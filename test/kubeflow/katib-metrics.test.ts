import { type KatibObjective, type MetricsCollector } from '../../lib';
import { type Changes, DATA, PROPS, saying, sentences, specOf, tune } from './katib-support';

const collected = (metricsCollector: MetricsCollector) => specOf(tune({ metricsCollector })).metricsCollectorSpec;

describe('the metrics collector is written as Katib\'s webhook wants it', () => {
  test.each<[MetricsCollector, unknown]>([
    [{ kind: 'StdOut' }, { collector: { kind: 'StdOut' } }],
    [{ kind: 'StdOut', filters: ['(\\w+) (\\d+)'] }, { collector: { kind: 'StdOut' }, source: { filter: { metricsFormat: ['(\\w+) (\\d+)'] } } }],
    [{ kind: 'File', path: '/m/a.log' }, { collector: { kind: 'File' }, source: { fileSystemPath: { kind: 'File', path: '/m/a.log' } } }],
    [{ kind: 'File', path: '/m/a.log', format: 'TEXT', filters: ['(a)(b)'] },
      { collector: { kind: 'File' }, source: { fileSystemPath: { kind: 'File', path: '/m/a.log', format: 'TEXT' }, filter: { metricsFormat: ['(a)(b)'] } } }],
    [{ kind: 'File', path: '/m/a.json', format: 'JSON' }, { collector: { kind: 'File' }, source: { fileSystemPath: { kind: 'File', path: '/m/a.json', format: 'JSON' } } }],
    [{ kind: 'TensorFlowEvent', path: '/m' }, { collector: { kind: 'TensorFlowEvent' }, source: { fileSystemPath: { kind: 'Directory', path: '/m' } } }],
  ])('%j', (metricsCollector, spec) => {
    expect(collected(metricsCollector)).toEqual(spec);
    expect(sentences({ metricsCollector })).toEqual([]);
  });

  test('and what it refuses does not compile', () => {
    const collectors: MetricsCollector[] = [
      // @ts-expect-error JSON is not searched by regular expressions
      { kind: 'File', path: '/m/a.json', format: 'JSON', filters: ['(a)(b)'] },
      // @ts-expect-error a folder of event files has no format
      { kind: 'TensorFlowEvent', path: '/m', format: 'TEXT' },
      // @ts-expect-error a file has a path
      { kind: 'File' },
    ];
    expect(collectors).toHaveLength(3);
  });
});

describe('metrics that Katib would never find are refused; otherwise each trial ends without a result', () => {
  const metrics = (objective: Partial<KatibObjective>, changes: Changes = {}) => sentences({ objective: { type: 'maximize', metric: 'accuracy', ...objective }, ...changes });
  const json: MetricsCollector = { kind: 'File', path: '/m/a.json', format: 'JSON' };
  const text = (name: string) =>
    saying(`\`objective\` has the metric "${name}": Katib finds names of letters, digits, "_", "-" and "|" only. Rename it, or set \`metricsCollector.filters\`.`);

  test('names that text does not show', () => {
    expect(metrics({ metric: 'val/acc' })).toEqual(text('val/acc'));
    expect(metrics({ additionalMetrics: ['top 5'] })).toEqual(text('top 5'));
    expect(metrics({ metric: 'val/acc' }, { metricsCollector: { kind: 'File', path: '/m/a.log' } })).toEqual(text('val/acc'));
  });

  test.each<MetricsCollector>([json, { kind: 'TensorFlowEvent', path: '/m' }, { kind: 'StdOut', filters: ['(\\S+)=(\\S+)'] }])('not so with %j', metricsCollector => {
    expect(metrics({ metric: 'val/acc', additionalMetrics: ['top 5'] }, { metricsCollector })).toEqual([]);
    expect(metrics({ metric: 'a;b' }, { metricsCollector })).toEqual(saying('`objective` has the metric "a;b": Katib separates names by ";". Rename it.'));
  });

  test('a metric that is empty, or there twice', () => {
    expect(metrics({ metric: '' })).toEqual(saying('`objective.metric` is empty: a value is required. Give one, or leave the key out if it is optional.'));
    expect(metrics({ additionalMetrics: ['accuracy'] })).toEqual(saying(
      '`objective` lists accuracy 2 times: each may appear once. The metric of the objective is recorded anyhow.'));
  });

  test('a goal that is no number', () => {
    expect(metrics({ goal: NaN })).toEqual(saying('`objective.goal` is NaN: it must be a finite number. Correct it, or leave it out.'));
    expect(specOf(tune({ objective: { type: 'minimize', metric: 'loss', goal: 0 } })).objective.goal).toBe(0);
  });

  test.each(['(a)', '(a', '(a)(b);(c)(d)', '(?=a)(b)', '(a)(?<!b)(c)'])('the filter %s', filter => {
    expect(sentences({ metricsCollector: { kind: 'StdOut', filters: [filter] } })).toEqual(saying(
      `\`metricsCollector.filters\` has ${JSON.stringify(filter)}: it must be a regular expression of Go with two groups, name and value, and without ";". For example ([\\w|-]+): ([0-9.]+).`));
  });
});

describe('a path that Katib cannot mount a volume at is refused; otherwise no trial starts, or its data is hidden', () => {
  const path = (metricsCollector: MetricsCollector, changes: Changes = {}) => sentences({ metricsCollector, ...changes });
  const mounted = (mountPath: string): Changes => ({ trial: { ...PROPS.trial, mounts: [{ dataset: DATA, mountPath }] } });

  test('relative, or in the root', () => {
    expect(path({ kind: 'File', path: 'logs/metrics.log' })).toEqual(saying(
      '`metricsCollector.path` is "logs/metrics.log": it must be absolute. For example /var/log/katib/metrics.log.'));
    const root = (value: string, example: string) => saying(
      `\`metricsCollector.path\` is "${value}": Katib mounts an empty volume at its folder, which cannot be the root. Use a folder of its own, for example ${example}.`);
    expect(path({ kind: 'File', path: '/metrics.log' })).toEqual(root('/metrics.log', '/var/log/katib/metrics.log'));
    expect(path({ kind: 'TensorFlowEvent', path: '/' })).toEqual(root('/', '/var/log/katib/tfevent'));
  });

  test('where data is mounted', () => {
    const hides = (value: string, folder: string, mountPath: string, example: string) => saying(
      `\`metricsCollector.path\` is "${value}": Katib mounts an empty volume at ${folder}, but data is mounted at ${mountPath}. Use a folder of its own, for example ${example}.`);
    expect(path({ kind: 'File', path: '/mnt/data/metrics.log' }, mounted('/mnt/data/'))).toEqual(hides('/mnt/data/metrics.log', '/mnt/data', '/mnt/data', '/var/log/katib/metrics.log'));
    expect(path({ kind: 'TensorFlowEvent', path: '/mnt/data/events/' }, mounted('/mnt/data'))).toEqual(hides('/mnt/data/events/', '/mnt/data/events', '/mnt/data', '/var/log/katib/tfevent'));
    expect(path({ kind: 'File', path: '/mnt/database/metrics.log' }, mounted('/mnt/data'))).toEqual([]);
  });
});

describe('early stopping', () => {
  test('writes the settings that were given, as text', () => {
    expect(specOf(tune({ earlyStopping: { kind: 'medianstop' } })).earlyStopping).toEqual({ algorithmName: 'medianstop' });
    expect(specOf(tune({ earlyStopping: { kind: 'medianstop', startStep: 2 } })).earlyStopping).toEqual({ algorithmName: 'medianstop', algorithmSettings: [{ name: 'start_step', value: '2' }] });
  });

  test('refuses settings that its service refuses', () => {
    expect(sentences({ earlyStopping: { kind: 'medianstop', minTrials: 0, startStep: 0 } })).toEqual([
      ...saying('`earlyStopping.minTrials` is 0: it must be a whole number of at least 1. Choose a value in that range.'),
      ...saying('`earlyStopping.startStep` is 0: it must be a whole number of at least 1. Choose a value in that range.'),
    ]);
  });

  test('refuses event files, whose collector would fail each trial', () => {
    expect(sentences({ earlyStopping: { kind: 'medianstop' }, metricsCollector: { kind: 'TensorFlowEvent', path: '/m' } })).toEqual(saying(
      '`earlyStopping` is medianstop: the TensorFlowEvent collector does not know it and would fail each trial. Collect metrics from a file or the output, or leave it out.'));
  });
});
