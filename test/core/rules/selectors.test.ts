import { type Json } from '../../../lib';
import { claim, deployment, podSpec, problemsOf } from '../objects';

const workload = (matchLabels: Json, labels: Json) => ({ ...deployment(), spec: { selector: { matchLabels }, template: { metadata: { labels }, spec: podSpec() } } });

test('a selector that does not match its own pods is refused, as the API server would', () => {
  expect(problemsOf({ web: workload({ app: 'web', tier: 'front' }, { app: 'api' }) })).toEqual([
    '[test/20-layer/web] `spec.selector.matchLabels["app"]` is web: the pod template has api, so the selector matches no pod of its own. Give selector and template the same label.',
    '[test/20-layer/web] `spec.selector.matchLabels["tier"]` is front: the pod template has no such label, so the selector matches no pod of its own. Give selector and template the same label.',
  ]);
});

test('more labels than the selector asks for are accepted, and selectors of volumes are not compared', () => {
  expect(problemsOf({ web: workload({ app: 'web' }, { app: 'web', tier: 'front' }), claim: claim({ selector: { matchLabels: { disk: 'fast' } } }) })).toEqual([]);
});
