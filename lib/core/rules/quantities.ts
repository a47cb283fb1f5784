import { containersOf, type Json, podTemplatesOf, type Rule } from '../model';
import { type Finding } from '../problems';
import { parseQuantity } from '../quantity';

/** Sizes and resources that Kubernetes cannot parse, and requests above their limit. */
export const quantities: Rule = ({ manifests }) => {
  const found: Finding[] = [];
  for (const { path, json, kind } of manifests) {
    for (const { spec } of podTemplatesOf(json)) {
      for (const { name, resources } of containersOf(spec)) checkResources(found, path, ['containers', name, '.resources'], resources);
      for (const { name, emptyDir } of spec.volumes ?? []) if (emptyDir) checkQuantities(found, path, ['volumes', name, '.emptyDir'], { sizeLimit: emptyDir.sizeLimit });
    }
    if (kind === 'PersistentVolumeClaim') checkResources(found, path, ['spec.resources'], json.spec?.resources);
    for (const template of json.spec?.volumeClaimTemplates ?? []) checkResources(found, path, ['volumeClaimTemplates', template.metadata?.name], template.spec?.resources);
    if (kind === 'ResourceQuota') checkQuantities(found, path, ['spec.hard'], json.spec?.hard);
  }
  return found;
};

/** A list, the name of an item in it, and the field of the item; put together for a finding only. */
type Place = readonly [field: string, name?: string, below?: string];

const fieldAt = ([field, name, below = '']: Place): string => (name === undefined ? field : `${field}["${name}"]${below}`);

function checkResources(found: Finding[], path: string, place: Place, resources: Json): void {
  if (!resources) return;
  const { requests, limits } = resources;
  if (requests) checkQuantities(found, path, place, requests, '.requests');
  if (limits) checkQuantities(found, path, place, limits, '.limits');
  for (const key in requests) {
    if ((parseQuantity(requests[key]) ?? 0) <= (parseQuantity(limits?.[key] ?? requests[key]) ?? Infinity)) continue;
    found.push({
      path, sentence: `\`${fieldAt(place)}.requests.${key}\` is ${requests[key]}: a request may not exceed its limit, ${limits[key]}. Lower the request or raise the limit.`,
    });
  }
}

function checkQuantities(found: Finding[], path: string, place: Place, values: Record<string, string | number | undefined> = {}, below = ''): void {
  for (const key in values) {
    const value = values[key];
    if (value === undefined || isAccepted(key, parseQuantity(value))) continue;
    found.push({
      path, sentence: `\`${fieldAt(place)}${below}.${key}\` is "${value}": not a quantity that Kubernetes accepts here. Write a positive number with an optional suffix, for example 10Gi or 500m.`,
    });
  }
}

/** Zero is a quantity like any other, except as the size of a claim. */
const isAccepted = (key: string, value: number | undefined): boolean => value !== undefined && (value > 0 || key !== 'storage');
