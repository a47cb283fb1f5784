// Runs what MlflowStack writes on real MLflow servers: the documented release (dist/lab) and the current one (dist/prod and a NodePort), with a real PostgreSQL
// on loopback: init step, command, environment and probes, addresses and folders adapted. Needs python3 and PostgreSQL; MLflow comes from PyPI.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, hasEnded, install, lookup, manifestsOf, NASTY, realRun, stop, until } from './real-run.mjs';

const { EnvironmentApp, MlflowStack } = createRequire(import.meta.url)('../out/lib/index.js');

const DATABASE_HOST = '127.0.0.43';
const { folder, check, startPostgresql, end, run, start, work } = realRun('mlflow-test', ['python3', 'initdb'], 'python3-venv postgresql');

/** Non-ASCII text in a login over HTTP is read in another way by every program. */
const ADMIN_PASSWORD = NASTY.replace('é', '12');
const SECRETS = { PGPASSWORD: NASTY, ADMIN_PASSWORD, MLFLOW_FLASK_SERVER_SECRET_KEY: NASTY };
for (const name of ['artifacts', 'tmp', 'auth', 'scripts']) mkdirSync(folder(name));

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** The container of a stack on this machine, in the virtual environment of its release. */
function local(stack, name, venv, port) {
  const container = stack.container('Deployment', 'mlflow-tracking', name);
  writeFileSync(join(folder('scripts'), 'prepare.py'), stack.find('ConfigMap', 'mlflow-scripts').data['prepare.py']);
  const here = text => text.replace(/^\/opt\/mlflow-scripts/, folder('scripts')).replace('/mlflow/artifacts', folder('artifacts')).replace(/^\/run\/mlflow-auth/, folder('auth'))
    .replace('--host=0.0.0.0', '--host=127.0.0.1').replace('--port=5000', `--port=${port}`);
  const env = Object.fromEntries(container.env.map(({ name: key, value }) => [key, value === undefined ? SECRETS[key] : here(value)]));
  return {
    command: container.command.map(here),
    env: { ...env, HOME: folder('tmp'), TMPDIR: folder('tmp'), PGHOST: DATABASE_HOST, PATH: `${join(venv, 'bin')}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', PYTHONWARNINGS: 'ignore' },
    container,
  };
}

/** Status of a request with the given headers, Host among them, which fetch does not let one set. */
const status = (port, path, headers = {}, method = 'GET', body = undefined) => new Promise(resolve => {
  // A connection of its own: those that are kept open are closed by the server while this process waits for another.
  const sent = request({ agent: false, host: '127.0.0.1', port, path, method, headers: { ...headers, ...body && { 'content-type': 'application/json' } } }, response => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.on('error', () => resolve(0));
  sent.end(body);
});
const login = (user, password) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
const SEARCH = '/api/2.0/mlflow/experiments/search?max_results=1';

/** Exit code and output of an init step. */
function prepared({ command, env }, changes = {}) {
  const { status: code, stdout, stderr } = spawnSync(command[0], command.slice(1), { env: { ...env, ...changes }, cwd: work, encoding: 'utf8', timeout: 180_000 });
  return { code, said: `${stdout}${stderr}` };
}
const refuses = (step, changes, reason) => {
  const { code, said } = prepared(step, changes);
  if (code === 0 || !reason.test(said)) throw new Error(`code ${code}, "${said}" does not match ${reason}`);
};
const succeeds = (step, changes) => {
  const { code, said } = prepared(step, changes);
  if (code !== 0) throw new Error(said);
};

/** What a training script does: a run with the documents' two tags and an artifact. Prints ids and tags as JSON. */
const TRAIN = `import json, mlflow, sys
mlflow.set_experiment("traceability")
with mlflow.start_run() as run:
    mlflow.log_metric("accuracy", 0.93)
    mlflow.set_tags({"data_volume_name": "mnist-data", "snapshot_name": "mnist-data-1"})
    mlflow.log_text(sys.argv[1], "model/weights.txt")
client = mlflow.MlflowClient()
found = mlflow.search_runs(experiment_names=["traceability"], filter_string="tags.snapshot_name = 'mnist-data-1'", output_format="list")
text = mlflow.artifacts.load_text(run.info.artifact_uri + "/model/weights.txt")
print(json.dumps({"id": run.info.run_id, "tags": client.get_run(run.info.run_id).data.tags, "found": len(found), "text": text}))
`;
const client = (venv, port, credentials = {}) => ({ PATH: `${join(venv, 'bin')}:${process.env.PATH}`, HOME: folder('tmp'), MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}`, GIT_PYTHON_REFRESH: 'quiet', MLFLOW_DISABLE_TELEMETRY: 'true', ...credentials });
const python = (venv, port, credentials, script, ...args) => JSON.parse(run([join(venv, 'bin/python'), '-c', script, ...args], client(venv, port, credentials)).trim().split('\n').at(-1));

const versionOf = stack => /:v?([\d.]+)/.exec(stack.container('Deployment', 'mlflow-tracking', 'mlflow').image)[1];
const filesBelow = path => readdirSync(path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));

/** Starts the server of a stack, asks what its users ask, and stops it. */
async function serve(title, stack, venv, ask) {
  const port = await freePort();
  const server = local(stack, 'mlflow', venv, port);
  const child = start(title, server.command, server.env);
  const { path } = server.container.readinessProbe.httpGet;
  await check(`${title}: the server is healthy, also for a probe without login and with the address of the pod`, () => until('health', 120, async () => hasEnded(child) || await status(port, path, { host: '10.244.1.7:5000' }) === 200));
  if (hasEnded(child)) throw new Error(`${title}: the server has ended`);
  await ask(port, server);
  stop(child, 'SIGTERM');
  await until('end of the server', 30, async () => await status(port, path) === 0);
}

async function logsAndTraces(title, venv, port, credentials) {
  await check(`${title}: a run with the two tags is found by its snapshot, and its artifact is in the artifact store`, () => {
    const text = `weights of ${title}`;
    const { id, tags, found, text: read } = python(venv, port, credentials, TRAIN, text);
    expect(`${tags.data_volume_name} ${tags.snapshot_name}`, 'mnist-data mnist-data-1', 'tags');
    expect(found >= 1, true, 'found by its tag');
    expect(read, text, 'artifact read through the server');
    expect(filesBelow(folder('artifacts')).some(file => file.includes(id) && readFileSync(file, 'utf8') === text), true, 'artifact in the artifact store');
  });
}

async function asksForLogin(title, port) {
  await check(`${title}: nobody gets in without the login, and nobody with MLflow's own default`, async () => {
    expect(await status(port, SEARCH), 401, 'without login');
    expect(await status(port, SEARCH, login('user', 'wrong password')), 401, 'wrong password');
    expect(await status(port, SEARCH, login('admin', 'password')), 401, 'default password');
    expect(await status(port, SEARCH, login('user', ADMIN_PASSWORD)), 200, 'with login');
  });
}

/** The training of the traced job, as Kubernetes starts it in a pod of this name, on the server of this run. */
function trains(stack, venv, port, credentials, pod) {
  const { env } = stack.container('Job', 'mnist-traced', 'training');
  const filled = { POD_NAME: pod };
  for (const { name, value } of env) if (value !== undefined) filled[name] = value.replace(/\$\((\w+)\)/g, (_, variable) => filled[variable]);
  return python(venv, port, { ...filled, ...credentials, MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}` },
    'import json, mlflow\nwith mlflow.start_run() as run:\n    pass\n'
    + 'client = mlflow.MlflowClient()\nrun = client.get_run(run.info.run_id)\nprint(json.dumps({"tags": run.data.tags, "experiment": client.get_experiment(run.info.experiment_id).name}))');
}

async function tracesTheJob(title, stack, venv, port, credentials) {
  await check(`${title}: a training job's run has the tags, though its code does nothing for it`, () => {
    const { tags, experiment } = trains(stack, venv, port, credentials, 'mnist-traced-0a1b2c3d-x7k2p');
    expect(`${tags.data_volume_name} ${tags.snapshot_name}`, 'tensorflow-results tensorflow-results-mnist-traced-0a1b2c3d-x7k2p', 'tags');
    expect(experiment, 'mnist', 'experiment');
  });
}

/** The step that takes the snapshot, against an API that answers as told; the answer after the last one is the last one. */
async function takesSnapshot(stack, venv, answers, seconds) {
  const asked = [];
  const api = createHttpServer((message, response) => {
    let body = '';
    message.on('data', data => { body += data; }).on('end', () => {
      asked.push({ method: message.method, url: message.url, authorization: message.headers.authorization, body: body && JSON.parse(body) });
      const [code, json] = answers.length > 1 ? answers.shift() : answers[0];
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    });
  });
  await new Promise(resolve => { api.listen(0, '127.0.0.1', resolve); });
  const { command, env } = stack.container('Job', 'mnist-traced', 'dataset-snapshot');
  const variables = Object.fromEntries(env.map(({ name, value = 'pod-1' }) => [name, value.replace('$(POD_NAME)', 'pod-1')]));
  const child = start(`snapshot-${asked.length}`, [join(venv, 'bin', command[0]), ...command.slice(1)], {
    ...variables, SECONDS_TO_WAIT: String(seconds), API_FOLDER: folder('api'), API_URL: `http://127.0.0.1:${api.address().port}`,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { said += data; });
  const code = await new Promise(resolve => { child.on('close', resolve); });
  api.close();
  return { code, said: said.trim(), asked };
}

async function takesSnapshots(stack, venv) {
  const made = [201, {}];
  const ready = [200, { status: { readyToUse: true } }];
  mkdirSync(folder('api'));
  writeFileSync(join(folder('api'), 'token'), 'the-token\n');
  await check('the snapshot of the data is made with the rights of the job, and waited for', async () => {
    const { code, said, asked } = await takesSnapshot(stack, venv, [made, [200, {}], [503, {}], [200, { status: { readyToUse: false } }], ready], 30);
    expect(`${code} ${said}`, '0 Snapshot tensorflow-results-pod-1 of tensorflow-results is ready', 'end');
    expect(asked.map(({ method }) => method).join(), 'POST,GET,GET,GET,GET', 'requests');
    expect(asked[0].authorization, 'Bearer the-token', 'token');
    expect(asked[0].url, '/apis/snapshot.storage.k8s.io/v1/namespaces/default/volumesnapshots', 'address');
    expect(asked[1].url, `${asked[0].url}/tensorflow-results-pod-1`, 'address of the snapshot');
    expect(JSON.stringify(asked[0].body.spec), '{"volumeSnapshotClassName":"csi-snapclass","source":{"persistentVolumeClaimName":"tensorflow-results"}}', 'spec');
  });
  await check('... also where it is there already', async () => expect((await takesSnapshot(stack, venv, [[409, {}], ready], 30)).code, 0, 'exit code'));
  await check('the training does not start without a snapshot: no right', async () => {
    const { code, said } = await takesSnapshot(stack, venv, [[403, { message: 'forbidden' }]], 30);
    expect(`${code} ${said}`, '1 The Kubernetes API refuses snapshot tensorflow-results-pod-1: {"message":"forbidden"}', 'end');
  });
  await check('... and a snapshot that fails', async () => {
    const { code, said } = await takesSnapshot(stack, venv, [made, [200, { status: { readyToUse: false, error: { message: 'no space' } } }]], 2);
    expect(`${code} ${said}`, '1 Snapshot tensorflow-results-pod-1 of tensorflow-results is not ready in time: no space', 'end');
  });
}

/** The current release on the documented NodePort, without users. */
function onNodePort() {
  const app = new EnvironmentApp('node-port', {
    cluster: { kubernetesVersion: '1.33', nodes: [{ name: 'dgx-01', address: '198.51.100.21', gpus: 8 }], existing: [{ kind: 'Namespace', name: 'mlflow' }, { kind: 'StorageClass', isDefault: true, accessModes: ['ReadWriteOnce', 'ReadWriteMany'] }] },
  });
  const stack = new MlflowStack(app.layer('80-mlflow'), 'mlflow', { namespace: 'mlflow', database: { kind: 'in-cluster', password: { secret: 'a', key: 'b' } }, auth: 'none', server: { workers: 1 } });
  return lookup(stack.node.findAll().filter(node => 'apiVersion' in node).map(object => object.toJson()));
}

async function answersToItsNames(title, port) {
  const of = (host, origin) => status(port, '/ajax-api/2.0/mlflow/experiments/search', { host, ...origin && { origin } }, 'POST', '{"max_results": 1}');
  const names = [
    'mlflow-tracking:30002', 'mlflow-tracking.mlflow:30002', 'mlflow-tracking.mlflow.svc:30002', 'mlflow-tracking.mlflow.svc.cluster.local:30002', '198.51.100.21:30002', 'dgx-01:30002', 'localhost:8080', '127.0.0.1:30002',
  ];
  for (const name of names) {
    await check(`${title}: a request to ${name} is accepted, from a program and from its own page`, async () => {
      expect(await of(name), 200, 'program');
      expect(await of(name, `http://${name}`), 200, 'page');
    });
  }
  await check(`${title}: foreign names and pages are refused`, async () => {
    for (const name of ['evil.example.com', 'mlflow-tracking.evil.example.com:30002', '198.51.100.22:30002', '198.51.100.21:80']) expect(await of(name), 403, name);
    expect(await of('198.51.100.21:30002', 'http://evil.example.com'), 403, 'page of somebody else');
  });
}

try {
  const [lab, prod] = ['lab/80-mlflow.k8s.yaml', 'prod/80-mlflow.k8s.yaml'].map(manifestsOf);
  const venvOf = stack => install(`mlflow-${versionOf(stack)}`, [`mlflow==${versionOf(stack)}`, 'psycopg2-binary', 'Flask-WTF', 'setuptools<81', 'sqlalchemy<2.1']);
  const [documented, current] = [lab, prod].map(venvOf);
  const credentials = { MLFLOW_TRACKING_USERNAME: 'user', MLFLOW_TRACKING_PASSWORD: ADMIN_PASSWORD };
  const first = local(lab, 'prepare', documented, 0);
  const second = local(prod, 'prepare', current, 0);

  await check('the init step says that there is no database', () => refuses(first, { SECONDS_TO_WAIT: '1' }, /^There is no connection to database mlflow: /m));
  await startPostgresql(DATABASE_HOST, 'mlflow', NASTY, 'mlflow');
  await check('the init step says that the image lacks packages', () => refuses(first, { PREPARE: '{"modules": ["json", "no_such_package"], "upgrade": false}' }, /^The image lacks the Python packages no_such_package\. /m));
  await check('the init step refuses a short admin password', () => refuses(first, { ADMIN_PASSWORD: 'short' }, /^The admin password has 5 characters: MLflow wants 12 or more\. /));
  await check('... and one that ends with a line break', () => refuses(first, { ADMIN_PASSWORD: `${ADMIN_PASSWORD}\n` }, /^ADMIN_PASSWORD ends with a line break: /));
  await check('... and one that MLflow would cut', () => refuses(first, { ADMIN_PASSWORD: ` ${ADMIN_PASSWORD}` }, /^The admin password starts or ends with a space/));
  await check('... and a wrong password of the database', () => refuses(first, { PGPASSWORD: 'wrong', SECONDS_TO_WAIT: '1' }, /^There is no connection to database mlflow: .*password authentication failed/m));

  await check('2.14.1: two pods that start at once on an empty database both get it ready', async () => {
    const ended = [0, 1].map(number => new Promise(resolve => { start(`prepare-${number}`, first.command, first.env).on('exit', resolve); }));
    expect((await Promise.all(ended)).join(), '0,0', 'exit codes');
  });
  await check('2.14.1: the init step can run again', () => succeeds(first));
  await check('the admin password is in a file that only the server reads', () => {
    expect((spawnSync('stat', ['-c', '%a', join(folder('auth'), 'basic_auth.ini')], { encoding: 'utf8' }).stdout).trim(), '600', 'mode');
  });
  await serve('2.14.1', lab, documented, async port => {
    await asksForLogin('2.14.1', port);
    await logsAndTraces('2.14.1', documented, port, credentials);
    await tracesTheJob('2.14.1', lab, documented, port, credentials);
  });

  await check('3.x refuses the database of 2.14.1, and leaves it alone', () => refuses(second, {}, /^The tables of database mlflow are of another release of MLflow \(\w+, this one has \w+\)\. Make a backup, then set `server\.upgradeDatabase`\.$/m));
  await check('with upgradeDatabase, it is brought to 3.x', () => succeeds(second, { PREPARE: JSON.stringify({ ...JSON.parse(second.env.PREPARE), upgrade: true }) }));
  await check('... once: the second time there is nothing to do', () => succeeds(second, { PREPARE: JSON.stringify({ ...JSON.parse(second.env.PREPARE), upgrade: true }) }));
  await serve('3.x behind an Ingress', prod, current, async port => {
    await asksForLogin('3.x behind an Ingress', port);
    await check('3.x: the run of 2.14.1 is still there, and so is its artifact', () => {
      const runs = python(current, port, credentials, 'import json, mlflow\nruns = mlflow.search_runs(experiment_names=["traceability"], output_format="list")\n'
        + 'print(json.dumps([mlflow.artifacts.load_text(run.info.artifact_uri + "/model/weights.txt") for run in runs]))');
      expect(runs.join(), 'weights of 2.14.1', 'artifacts of all runs');
    });
    await logsAndTraces('3.x behind an Ingress', current, port, credentials);
    await tracesTheJob('3.x behind an Ingress', prod, current, port, credentials);
    const as = (host, origin) => status(port, '/ajax-api/2.0/mlflow/experiments/search', { host, origin, ...login('user', ADMIN_PASSWORD) }, 'POST', '{"max_results": 1}');
    await check('3.x behind an Ingress: its host is accepted, also for what the page itself changes', async () => expect(await as('mlflow.example.com', 'https://mlflow.example.com'), 200, 'mlflow.example.com'));
    await check('3.x behind an Ingress: another host is refused, and so is another origin', async () => {
      expect(await as('evil.example.com', 'https://mlflow.example.com'), 403, 'host');
      expect(await as('mlflow.example.com', 'https://evil.example.com'), 403, 'origin');
    });
  });
  const nodePort = onNodePort();
  await check('3.x on a NodePort: users can be left out', () => succeeds(local(nodePort, 'prepare', current, 0)));
  await serve('3.x on a NodePort', nodePort, current, port => answersToItsNames('3.x on a NodePort', port));
  await takesSnapshots(lab, current);
} catch (error) {
  await end(error);
}
await end();
