import fc from 'fast-check';
import { container, deployment, pod, problemsOf } from '../objects';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const problem = (name: string, image: string, suggestion: string) =>
  `[test/20-layer/web] \`image\` of container ${name} is "${image}": an image needs a fixed tag (not latest) or a digest, so that every apply runs the same. Write for example ${suggestion}.`;
const problemsOfImage = (image: string | undefined) => problemsOf({ web: pod({ containers: [container({ image })] }) });

test.each([
  ['python', 'python:1.2.3'],
  ['python:latest', 'python:1.2.3'],
  ['registry.example.com:5000/team/train', 'registry.example.com:5000/team/train:1.2.3'],
  ['registry.example.com:5000/team/train:latest', 'registry.example.com:5000/team/train:1.2.3'],
  ['python@sha256:abc', 'python:1.2.3'],
  [`python@${DIGEST}0`, 'python:1.2.3'],
  ['python:', 'python:1.2.3'],
  [':1.0', 'registry/name:1.2.3'],
])('%s is refused; otherwise tomorrow\'s pod runs something else, or nothing', (image, suggestion) => {
  expect(problemsOfImage(image)).toEqual([problem('main', image, suggestion)]);
});

test('a container without an image is refused', () => {
  expect(problemsOfImage(undefined)).toEqual([problem('main', '', 'registry/name:1.2.3')]);
});

test.each([
  'python:3.12', 'nvcr.io/nvidia/tensorflow:25.01-tf2-py3', 'registry.example.com:5000/team/train:1.0', `python@${DIGEST}`, `python:latest@${DIGEST}`,
  `localhost:5000/x@${DIGEST}`, 'x:v1_2.3-latest',
])('%s is fixed and accepted', image => {
  expect(problemsOfImage(image)).toEqual([]);
});

test('every container of every pod template is looked at, init containers too', () => {
  expect(problemsOf({ web: deployment({ initContainers: [container({ name: 'first', image: 'a' })], containers: [container(), container({ name: 'second', image: 'b' })] }) })).toEqual([
    problem('first', 'a', 'a:1.2.3'), problem('second', 'b', 'b:1.2.3'),
  ]);
});

test('a pod template deep inside a custom resource is looked at; otherwise operators run unpinned images', () => {
  const custom = { apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob', metadata: { name: 'train', namespace: 'team' }, spec: { mpiReplicaSpecs: { Worker: { template: { spec: { containers: [container({ image: 'a' })] } } } } } };
  expect(problemsOf({ web: custom })).toEqual([problem('main', 'a', 'a:1.2.3')]);
});

test('the suggested image is itself accepted, whatever registry, port and wrong tag or digest came before', () => {
  const image = fc.tuple(fc.constantFrom('', 'localhost/', 'registry.example.com:5000/', 'nvcr.io/nvidia/'), fc.stringMatching(/^[a-z]([a-z0-9_.-]{0,8}[a-z0-9])?$/), fc.constantFrom('', ':latest', '@sha256:12'));
  fc.assert(fc.property(image, ([registry, name, ending]) => {
    const suggestion = `${registry}${name}:1.2.3`;
    expect(problemsOfImage(`${registry}${name}${ending}`)).toEqual([problem('main', `${registry}${name}${ending}`, suggestion)]);
    expect(problemsOfImage(suggestion)).toEqual([]);
  }), { numRuns: 50 });
});
