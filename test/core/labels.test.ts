import { selectorLabels, standardLabels } from '../../lib/core/labels';

const identity = { name: 'horovod', instance: 'train', component: 'worker', partOf: 'training' };

test('objects carry the five recommended labels', () => {
  expect(standardLabels(identity)).toEqual({
    'app.kubernetes.io/name': 'horovod', 'app.kubernetes.io/instance': 'train', 'app.kubernetes.io/component': 'worker',
    'app.kubernetes.io/part-of': 'training', 'app.kubernetes.io/managed-by': 'cdk8s-aipod',
  });
});

test('selectors never change: exactly name, instance and component; otherwise the next apply is refused', () => {
  expect(selectorLabels(identity)).toEqual({ 'app.kubernetes.io/name': 'horovod', 'app.kubernetes.io/instance': 'train', 'app.kubernetes.io/component': 'worker' });
});
