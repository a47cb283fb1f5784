import { containersOf, type Json, podTemplatesOf, type Rule } from '../model';
import { type Finding } from '../problems';
import { parseQuantity } from '../quantity';

/** Sizes and resources that Kubernetes cannot parse, and requests above their limit. */
export const quantities: Rule = ({ manifests }) => manifests.flatMap(({ path, json, kind }) => [
  ...podTemplatesOf(json).flatMap(({ spec }) => [
    ...containersOf(spec).flatMap(container => resourceFindings(path, `containers["${container.name}"].resources`, container.resources)),
    ...(spec.volumes ?? []).filter((volume: Json) => volume.emptyDir).flatMap((volume: Json) => quantityFindings(path, `volumes["${volume.name}"].emptyDir`, { sizeLimit: volume.emptyDir.sizeLimit })),
  ]),
  ...(kind === 'PersistentVolumeClaim' ? resourceFindings(path, 'spec.resources', json.spec?.resources) : []),
  ...(json.spec?.volumeClaimTemplates ?? []).flatMap((template: Json) => resourceFindings(path, `volumeClaimTemplates["${template.metadata?.name}"]`, template.spec?.resources)),
  ...(kind === 'ResourceQuota' ? quantityFindings(path, 'spec.hard', json.spec?.hard) : []),
]);

function resourceFindings(path: string, field: string, resources: Json): Finding[] {
  if (!resources) return [];
  const { requests = {}, limits = {} } = resources;
  const tooLarge = Object.keys(requests).filter(key => (parseQuantity(requests[key]) ?? 0) > (parseQuantity(limits[key] ?? requests[key]) ?? Infinity));
  return [
    ...quantityFindings(path, `${field}.requests`, requests),
    ...quantityFindings(path, `${field}.limits`, limits),
    ...tooLarge.map(key => ({
      path, sentence: `\`${field}.requests.${key}\` is ${requests[key]}: a request may not exceed its limit, ${limits[key]}. Lower the request or raise the limit.`,
    })),
  ];
}

function quantityFindings(path: string, field: string, values: Record<string, string | number | undefined> = {}): Finding[] {
  return Object.entries(values).flatMap(([key, value]) => value === undefined || isAccepted(key, parseQuantity(value)) ? [] : [{
    path, sentence: `\`${field}.${key}\` is "${value}": not a quantity that Kubernetes accepts here. Write a positive number with an optional suffix, for example 10Gi or 500m.`,
  }]);
}

/** Zero is a quantity like any other, except as the size of a claim. */
const isAccepted = (key: string, value: number | undefined): boolean => value !== undefined && (value > 0 || key !== 'storage');
