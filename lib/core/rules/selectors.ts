import { type Rule } from '../model';

/** A workload whose selector does not match its own pods is refused by the API server. */
export const selectors: Rule = ({ manifests }) => manifests.flatMap(({ path, json }) => {
  const selector: Record<string, string> | undefined = json.spec?.selector?.matchLabels;
  const labels: Record<string, string> | undefined = json.spec?.template?.metadata?.labels;
  if (!selector || !json.spec.template) return [];
  return Object.entries(selector).filter(([key, value]) => labels?.[key] !== value).map(([key, value]) => ({
    path,
    sentence: `\`spec.selector.matchLabels["${key}"]\` is ${value}: the pod template has ${labels?.[key] ?? 'no such label'}, so the selector matches no pod of its own. `
      + 'Give selector and template the same label.',
  }));
});
