/** A release of the Kubeflow platform: `1.7` to `1.10`, then year and month, for example `26.03`. */
export type KubeflowVersion = `${number}.${number}`;

/** A part of Kubeflow that can be left out of an installation. */
export type KubeflowComponent = 'profiles' | 'podDefaults' | 'notebooks' | 'katib' | 'tensorboards' | 'pipelines' | 'trainingOperator';

/** What each part is called, and the resources that it serves, as `plural.group/version`. */
export const COMPONENTS: Readonly<Record<KubeflowComponent, { readonly title: string; readonly crds: readonly string[] }>> = {
  profiles: { title: 'the profile controller', crds: ['profiles.kubeflow.org/v1'] },
  podDefaults: { title: 'the PodDefaults webhook', crds: ['poddefaults.kubeflow.org/v1alpha1'] },
  notebooks: { title: 'the notebook controller', crds: ['notebooks.kubeflow.org/v1'] },
  katib: { title: 'Katib', crds: ['experiments.kubeflow.org/v1beta1'] },
  tensorboards: { title: 'the TensorBoard controller', crds: ['tensorboards.tensorboard.kubeflow.org/v1alpha1'] },
  pipelines: { title: 'Argo Workflows, which Kubeflow Pipelines brings along', crds: ['workflows.argoproj.io/v1alpha1', 'workflowtemplates.argoproj.io/v1alpha1'] },
  trainingOperator: { title: 'the training operator', crds: ['pytorchjobs.kubeflow.org/v1'] },
};
