// Runs what MlflowStack writes on real MLflow servers: the documented release (dist/lab) and the current one (dist/prod and a NodePort), with a real PostgreSQL
// on loopback: init step, command, environment and probes, addresses and folders adapted. Needs python3 and PostgreSQL; MLflow comes from PyPI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, hasEnded, install, manifestsOf, NASTY, realRun, stop, until } from './real-run.mjs';

const DATABASE_HOST = '127.0.0.43';
const { folder, check, startPostgresql, end, run, start, work } = realRun('mlflow-test', ['python3'], 'python3-venv postgresql');

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
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...headers, ...body && { 'content-type': 'application/json' } } }, response => {
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
    const as = (host, origin) => status(port, '/ajax-api/2.0/mlflow/experiments/search', { host, origin, ...login('user', ADMIN_PASSWORD) }, 'POST', '{"max_results": 1}');
    await check('3.x behind an Ingress: its host is accepted, also for what the page itself changes', async () => expect(await as('mlflow.example.com', 'https://mlflow.example.com'), 200, 'mlflow.example.com'));
    await check('3.x behind an Ingress: another host is refused, and so is another origin', async () => {
      expect(await as('evil.example.com', 'https://mlflow.example.com'), 403, 'host');
      expect(await as('mlflow.example.com', 'https://evil.example.com'), 403, 'origin');
    });
  });
  if (existsSync(folder('artifacts'))) rmSync(folder('artifacts'), { recursive: true });
} catch (error) {
  await end(error);
}
await end();
