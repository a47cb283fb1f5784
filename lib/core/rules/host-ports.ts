import { containersOf, type Json, type Rule } from '../model';
import { type Demand, overcommitted, pinnedTo } from '../placement';

/** A port of a host that more pods want than there are hosts: one of them would never start. */
export const hostPorts: Rule = ({ manifests, cluster: { nodes } }) => {
  const demands = new Map<number, Demand[]>();
  for (const manifest of manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')) {
    const spec = manifest.json.spec?.template?.spec ?? {};
    const amount: number = manifest.json.spec?.replicas ?? 1;
    const on = pinnedTo(spec) ?? nodes.map(({ name }) => name);
    for (const port of containersOf(spec).flatMap(container => (container.ports ?? []) as Json[])) {
      if (port.hostPort !== undefined) demands.set(port.hostPort, [...demands.get(port.hostPort) ?? [], { manifest, amount, on }]);
    }
  }
  return [...demands].flatMap(([port, wanted]) => overcommitted(wanted, names => names.length).map(({ nodes: names, demands: those, sum, capacity }) => ({
    path: those.at(-1)!.manifest.path,
    sentence: `\`hostPort\` is ${port} for ${sum} pods on ${names.join(', ')} (${those.map(({ manifest, amount }) => `${manifest.name} ${amount}`).join(', ')}): a port is free once per host, `
      + `${capacity} in all. Give one of them another port, or other hosts.`,
  })));
};
