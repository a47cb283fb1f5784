import { problemsOf } from '../objects';

const service = (name: string, ...ports: { nodePort?: number; protocol?: string }[]) => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'team' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: ports.map(port => ({ port: 80, ...port })) },
});

test('two Services on one NodePort are refused here; otherwise by the API server, after half of the objects are made', () => {
  expect(problemsOf({ a: service('a', { nodePort: 30002 }), b: service('b', { nodePort: 30002 }) })).toEqual([
    '[test/20-layer/b] `nodePort` is 30002: Service a, made by 20-layer/a, has it, and it is there once per cluster. Give one of them another port from 30000 to 32767.',
  ]);
});

test('ports that Kubernetes chooses, other ports, and the same port of another protocol are free', () => {
  expect(problemsOf({ a: service('a', {}, { nodePort: 30002 }), b: service('b', {}, { nodePort: 30003 }), c: service('c', { nodePort: 30002, protocol: 'UDP' }) })).toEqual([]);
});
