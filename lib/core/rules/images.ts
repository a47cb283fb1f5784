import { containersOf, podTemplatesOf, type Rule } from '../model';

/** Images without a fixed tag or digest: the same manifest would run something else tomorrow. */
export const images: Rule = ({ manifests }) => manifests.flatMap(({ path, json }) => podTemplatesOf(json)
  .flatMap(({ spec }) => containersOf(spec))
  .filter(({ image }) => !isFixed(image ?? ''))
  .map(({ name, image }) => ({
    path,
    sentence: `\`image\` of container ${name} is "${image ?? ''}": an image needs a fixed tag (not latest) or a digest, so that every apply runs the same. `
      + `Write for example ${withoutTag(image ?? '')}:1.2.3.`,
  })));

const withoutTag = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '') || 'registry/name';

function isFixed(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /^[^:@]+:(\w[\w.-]{0,127})$/.exec(image.split('/').at(-1) ?? '')?.[1];
  return tag !== undefined && tag !== 'latest';
}
