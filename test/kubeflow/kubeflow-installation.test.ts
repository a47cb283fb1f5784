import fc from 'fast-check';
import { KubeflowInstallation, type KubeflowInstallationProps, type KubeflowVersion } from '../../lib';
import { COMPONENTS, type KubeflowComponent } from '../../lib/kubeflow/upstream';
import { build } from '../support';

function install(props: KubeflowInstallationProps): { readonly kubeflow: KubeflowInstallation; readonly problems: string[]; readonly needs: string[] } {
  let kubeflow!: KubeflowInstallation;
  const built = build(layer => {
    kubeflow = new KubeflowInstallation(layer, 'kubeflow', props);
    for (const component of Object.keys(COMPONENTS) as KubeflowComponent[]) kubeflow.require(layer, component);
  });
  return { kubeflow, problems: built.problems, needs: built.app.prerequisites().map(({ what }) => what) };
}

test.each<KubeflowVersion>(['1.6', '1.07', '2.0', '7.1', '26.3', '026.03', '1.100'])('version %s is refused; the release is not known, or too old for what is written', version => {
  expect(install({ version }).problems).toEqual([
    `[test/20-layer/kubeflow] \`kubeflow.version\` is "${version}": what is written here needs Kubeflow 1.7 or newer, as 1.7 to 1.10 or as year.month such as 26.03. Upgrade Kubeflow, or correct the version.`,
  ]);
});

test.each<KubeflowVersion>(['1.7', '1.8', '1.9', '1.10', '25.10', '26.03'])('version %s is accepted', version => {
  expect(install({ version }).problems).toEqual([]);
});

test('releases are in their order: 1.10 comes after 1.9, and every year after both; otherwise a new option is refused, or an old release gets it', () => {
  const releases: KubeflowVersion[] = ['1.7', '1.8', '1.9', '1.10', '25.10', '26.03', '26.10'];
  const index = fc.nat(releases.length - 1);
  fc.assert(fc.property(index, index, (installed, since) => {
    expect(install({ version: releases[installed]! }).kubeflow.has(releases[since]!)).toBe(installed >= since);
  }));
});

test('istioCni follows from the release, and can be said; otherwise pods of a team are refused, or let through', () => {
  expect(install({ version: '1.7' }).kubeflow.istioCni).toBe(false);
  expect(install({ version: '26.03' }).kubeflow.istioCni).toBe(true);
  const all: Required<KubeflowInstallationProps> = { version: '1.10', istioCni: true };
  expect(install(all).kubeflow).toMatchObject(all);
});

test('each part of Kubeflow that is needed is in the list of prerequisites, with the resources that it serves', () => {
  expect(install({ version: '26.03' }).needs).toEqual(expect.arrayContaining([
    'Kubeflow 26.03, installed with its own tools',
    'Kubeflow 26.03 with Katib (experiments.kubeflow.org/v1beta1)',
    'Kubeflow 26.03 with Argo Workflows, which Kubeflow Pipelines brings along (workflows.argoproj.io/v1alpha1, workflowtemplates.argoproj.io/v1alpha1)',
    'Kubeflow 26.03 with the training operator (pytorchjobs.kubeflow.org/v1)',
  ]));
});
