// node many.cjs <objects> <charts> own|timed|chained|stock <folder>: teams of 50 objects (a namespace, two claims, 47 jobs), spread over so many charts,
// written by this library or by cdk8s alone. Prints the peak of memory in MiB and, if timed, the milliseconds of all checks.
const { ApiObject, App } = require('cdk8s');
const { EnvironmentApp, ImagenetBenchmarkJob, PlatformNamespace, VolumeClaim } = require('../../out/lib');

const TEAM = 50;
const [objects, charts, how, outputRoot] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4], process.argv[5]];

// The rules run after the last manifest has been made; this one is the last of them.
let [lastManifest, lastRule] = [0, 0];
const app = new EnvironmentApp('many', {
  outputRoot,
  rules: [() => {
    lastRule = performance.now();
    return [];
  }],
  cluster: { kubernetesVersion: '1.33', nodes: [{ name: 'gpu-1', gpus: 8 }], existing: [{ kind: 'StorageClass', name: 'nas', isDefault: true, accessModes: ['ReadWriteMany'] }] },
});
const layer = index => app.layer(`${Math.floor(index * charts / objects)}-layer`);
for (let team = 0; team < objects / TEAM; team += 1) {
  const namespace = `team-${team}`;
  new PlatformNamespace(layer(team * TEAM), namespace, { name: namespace });
  const claim = name => new VolumeClaim(layer(team * TEAM + 1), `${namespace}-${name}`, { name, namespace, size: '10Gi', accessMode: 'ReadWriteMany' });
  const [results] = [claim('results'), claim('scratch')];
  for (let job = 3; job < TEAM; job += 1) {
    new ImagenetBenchmarkJob(layer(team * TEAM + job), `${namespace}-job-${job}`, {
      name: `job-${job}`, namespace, data: 'synthetic', dropPageCache: false, results, image: 'registry.example.com/benchmark:1.0',
    });
  }
}
if (how === 'chained') app.charts.forEach((chart, index, all) => { if (index > 0) chart.addDependency(all[index - 1]); });

let checks;
if (how === 'stock') {
  App.prototype.synth.call(app);
} else if (how === 'timed') {
  const constructs = app.node.findAll();
  for (const object of constructs.filter(ApiObject.isApiObject)) {
    const toJson = object.toJson.bind(object);
    object.toJson = () => {
      const json = toJson();
      lastManifest = performance.now();
      return json;
    };
  }
  const start = performance.now();
  for (const { node } of constructs) node.validate();
  checks = performance.now() - start;
  app.synth();
  checks += lastRule - lastManifest;
} else {
  app.synth();
}
console.log(JSON.stringify({ mebibytes: Math.round(process.resourceUsage().maxRSS / 1024), checks: checks && Math.round(checks) }));
