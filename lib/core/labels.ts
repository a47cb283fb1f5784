/** Who an object belongs to, in the words of the recommended Kubernetes labels. */
export interface Identity {
  /** Product, for example `horovod`. */
  readonly name: string;
  /** This installation of it, unique in the namespace. */
  readonly instance: string;
  /** Part of the product, for example `worker`. */
  readonly component: string;
  /** System that the product belongs to, for example `training`. */
  readonly partOf: string;
}

/** Labels of an object and of its pod template. */
export function standardLabels({ name, instance, component, partOf }: Identity): Record<string, string> {
  return { ...selectorLabels({ name, instance, component }), 'app.kubernetes.io/part-of': partOf, 'app.kubernetes.io/managed-by': 'cdk8s-aipod' };
}

/** The labels that select the pods of one component; never change them on a running installation, selectors are immutable. */
export function selectorLabels({ name, instance, component }: Omit<Identity, 'partOf'>): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': instance, 'app.kubernetes.io/component': component };
}
