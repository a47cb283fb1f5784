import { type Construct } from 'constructs';
import { type ObjectOf } from '../core/kinds';
import { addObject } from '../core/manifest-object';
import { type FlexGroupStorageClass } from '../storage/flexgroup-storage-class';

/** Name of the policy and of its binding, which are for the whole cluster. */
const POLICY = 'netapp-flexgroup-minimum-size';

/** Claims with one of these get a volume that exists, or a copy of one. Source: Trident, controller_helpers/kubernetes/config.go; tridentctl sets the first, too. */
const NO_NEW_VOLUME = ['importOriginalName', 'cloneFromPVC', 'shareFromPVC'].map(key => `trident.netapp.io/${key}`);

const literal = (value: string): string => JSON.stringify(value);
const REQUEST = 'object.spec.resources.requests.storage';

/**
 * A policy that refuses new claims of FlexGroup classes below the minimum size of their class. Only the making of a claim is looked at: it can grow
 * later, never shrink.
 */
export function addMinimumSizePolicy(scope: Construct, classes: readonly FlexGroupStorageClass[]): void {
  const identity = { name: 'flexgroup-guard', instance: POLICY, component: 'admission-policy', partOf: 'storage' };
  const policy: ObjectOf<'ValidatingAdmissionPolicy'>['spec'] = {
    failurePolicy: 'Fail',
    // With its defaults: server-side apply takes the whole as one field, so that leaving them out would change the object with every apply.
    matchConstraints: {
      matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {},
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['persistentvolumeclaims'], scope: '*' }],
    },
    matchConditions: [
      { name: 'flexgroup-class', expression: `has(object.spec.storageClassName) && object.spec.storageClassName in [${classes.map(({ className }) => literal(className)).join(', ')}]` },
      {
        name: 'new-volume',
        expression: '!has(object.spec.volumeName) && !(has(object.spec.dataSourceRef) && object.spec.dataSourceRef.kind in ["PersistentVolumeClaim", "VolumeSnapshot"]) && '
          + `!(has(object.metadata.annotations) && [${NO_NEW_VOLUME.map(literal).join(', ')}].exists(key, key in object.metadata.annotations))`,
      },
    ],
    variables: [{ name: 'minimum', expression: `{${classes.map(({ className, minimumVolumeSize }) => `${literal(className)}: ${literal(minimumVolumeSize)}`).join(', ')}}[object.spec.storageClassName]` }],
    validations: [{
      expression: `quantity(${REQUEST}).compareTo(quantity(variables.minimum)) >= 0`,
      messageExpression: `"spec.resources.requests.storage is " + string(${REQUEST}) + ": class " + object.spec.storageClassName + " makes FlexGroups, and the smallest is " + variables.minimum + `
        + '". Ask for that, or use a FlexVol class."',
    }],
  };
  const [apiVersion, metadata] = ['admissionregistration.k8s.io/v1', { name: POLICY }] as const;
  addObject(scope, 'ValidatingAdmissionPolicy', identity, { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec: policy });
  addObject(scope, 'ValidatingAdmissionPolicyBinding', identity, { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: { policyName: POLICY, validationActions: ['Deny'] } });
}

/** A quota on the number of claims of FlexGroup classes in a namespace, whatever their size and origin. */
export function addFlexGroupClaimQuota(scope: Construct, namespace: string, classes: readonly FlexGroupStorageClass[], claims: number): void {
  addObject(scope, `flexgroup-claims-${namespace}`, { name: 'flexgroup-guard', instance: namespace, component: 'claim-quota', partOf: 'storage' }, {
    apiVersion: 'v1', kind: 'ResourceQuota',
    metadata: { name: 'flexgroup-claims', namespace },
    spec: { hard: Object.fromEntries(classes.map(({ className }) => [`${className}.storageclass.storage.k8s.io/persistentvolumeclaims`, String(claims)])) },
  });
}
