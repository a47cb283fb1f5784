/** Who may import whom: core knows no system, services know core and storage, a product knows core, storage and services, apps and tests know the public index. */
const systems = ['airflow', 'dataops', 'jupyterhub', 'kubeflow', 'mlflow', 'scheduling', 'storage', 'training'];
const products = systems.filter(system => system !== 'storage').join('|');

module.exports = {
  forbidden: [
    { name: 'core-knows-no-system', severity: 'error', from: { path: '^lib/core/' }, to: { path: '^lib/', pathNot: '^lib/core/' } },
    { name: 'storage-knows-only-core', severity: 'error', from: { path: '^lib/storage/' }, to: { path: '^lib/', pathNot: '^lib/(core|storage)/' } },
    { name: 'services-know-no-product', severity: 'error', from: { path: '^lib/services/' }, to: { path: '^lib/', pathNot: '^lib/(core|storage|services)/' } },
    {
      name: 'no-product-knows-another', severity: 'error',
      from: { path: `^lib/(${products})/` }, to: { path: '^lib/', pathNot: ['^lib/(core|storage|services)/', '^lib/$1/'] },
    },
    { name: 'apps-use-the-index', severity: 'error', from: { path: '^apps/' }, to: { path: '^lib/', pathNot: '^lib/index\\.ts$' } },
    { name: 'lib-knows-no-app', severity: 'error', from: { path: '^(lib|imports)/' }, to: { path: '^(apps|test)/' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'library-has-no-dev-dependency', severity: 'error', from: { path: '^(lib|imports)/' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'], pathNot: 'node_modules/(cdk8s|cdk8s-plus-27|constructs)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'types', 'default'] },
  },
};
