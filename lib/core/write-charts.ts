import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Chart, Names, YamlOutputType } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { type ApplyOrder } from './apply-order';
import { type Json } from './model';
import { emitYaml } from './yaml-emitter';

/** Whether `writeCharts` writes what `App.synth` would: one file per chart, and no chart that renders itself. */
export function isPlainLayout(app: App, { charts }: ApplyOrder): boolean {
  return app.yamlOutputType === YamlOutputType.FILE_PER_CHART
    && charts.every(({ chart }) => chart.toJson === Chart.prototype.toJson);
}

/** Writes one file per chart from manifests that have been made already. */
export function writeCharts(app: App, { charts, numbered }: ApplyOrder, manifests: ReadonlyMap<IConstruct, Json>): void {
  mkdirSync(app.outdir, { recursive: true });
  for (const [index, { chart, objects }] of charts.entries()) {
    const number = numbered ? `${String(index).padStart(4, '0')}-` : '';
    writeYaml(join(app.outdir, `${number}${Names.toDnsLabel(chart)}${app.outputFileExtension}`), objects.map(object => manifests.get(object)));
  }
}

/** So many documents are held in memory as text at a time. */
const PORTION = 100;

function writeYaml(path: string, documents: readonly Json[]): void {
  const file = openSync(path, 'w');
  try {
    for (let start = 0; start < documents.length; start += PORTION) {
      writeFileSync(file, (start > 0 ? '---\n' : '') + emitYaml(documents.slice(start, start + PORTION)));
    }
  } finally {
    closeSync(file);
  }
}
