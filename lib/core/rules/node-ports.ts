import { type Json, type Manifest, type Rule } from '../model';

/** A NodePort that two Services want: it counts for the whole cluster, and the second Service would be refused. */
export const nodePorts: Rule = ({ manifests }) => {
  const first = new Map<string, Manifest>();
  return manifests.filter(({ kind }) => kind === 'Service').flatMap(manifest => ((manifest.json.spec?.ports ?? []) as Json[]).flatMap(({ nodePort, protocol = 'TCP' }) => {
    if (nodePort === undefined) return [];
    const other = first.get(`${protocol} ${nodePort}`);
    first.set(`${protocol} ${nodePort}`, other ?? manifest);
    return other === undefined ? [] : [{
      path: manifest.path,
      sentence: `\`nodePort\` is ${nodePort}: Service ${other.name}, made by ${other.path}, has it, and it is there once per cluster. Give one of them another port from 30000 to 32767.`,
    }];
  }));
};
