// Runs what AirflowStack writes on a real Airflow of the default release, with a real PostgreSQL and Redis on loopback: the settings of the ConfigMap, the
// arguments of the containers, the scripts, and what the probes ask. Needs python3, PostgreSQL and Redis; Airflow itself is installed from PyPI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, hasEnded, install, manifestsOf, NASTY, realRun, root, stop, until } from './real-run.mjs';

const HOST = '127.0.0.42';
const { find, container } = manifestsOf('dev/50-airflow.k8s.yaml');
const version = find('Deployment', 'airflow-web').spec.template.spec.containers[0].image.split(':')[1];
const { work, folder, check, startPostgresql, end, ...programs } = realRun('airflow-test', ['python3', 'redis-server', 'initdb'], 'python3-venv postgresql redis-server');

/** What the image of this release has in an older version than PyPI would choose: newer ones do not load. */
const PINS = ['celery<5.6', 'redis'];

const secrets = {
  'fernet-key': 'Zm9vYmFyYmF6cXV4MDEyMzQ1Njc4OWFiY2RlZmdoaWo=', 'webserver-secret-key': 'any $TEXT % at all', 'database-password': NASTY, 'broker-password': NASTY,
  'flower-basic-auth': 'someone:pass', 'admin-password': NASTY,
};
for (const name of ['secrets', 'scripts', 'airflow/dags', 'airflow/logs', 'redis']) mkdirSync(folder(name), { recursive: true });
for (const [name, value] of Object.entries(secrets)) writeFileSync(join(folder('secrets'), name), `${value}\n`);
for (const [name, content] of Object.entries(find('ConfigMap', 'airflow-scripts').data)) writeFileSync(join(folder('scripts'), name), content);

/** Paths in the containers, as they are here. */
const here = text => text.replaceAll('/opt/airflow-scripts', folder('scripts')).replaceAll('/opt/airflow-secrets', folder('secrets')).replaceAll('/opt/airflow/', `${folder('airflow')}/`);

function environment() {
  const venv = install(`airflow-${version}`, [`apache-airflow[celery,postgres]==${version}`, ...PINS]);
  const settings = Object.fromEntries(Object.entries(find('ConfigMap', 'airflow-config').data).map(([key, value]) => [key, here(value)]));
  return {
    ...settings, PATH: `${join(venv, 'bin')}:${process.env.PATH}`, HOME: work, AIRFLOW_HOME: folder('airflow'), SECRETS_FOLDER: folder('secrets'), PYTHONWARNINGS: 'ignore',
    DATABASE_HOST: HOST, REDIS_HOST: HOST, LC_ALL: 'C.UTF-8',
  };
}
const env = environment();

/** A task that takes a while, and leaves a file when it starts and when it ends. */
const DAG = `from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("slow", start_date=datetime(2026, 1, 1), schedule=None, catchup=False, is_paused_upon_creation=False):
    BashOperator(task_id="slow", bash_command="touch ${folder('started')}; sleep 15; touch ${folder('done')}")
`;
writeFileSync(join(folder('airflow/dags'), 'slow.py'), DAG);

/** What the image's entry point makes of the arguments of a container. */
const commandOf = ({ args }) => (args[0] === 'bash' || args[0] === 'python' ? args : ['airflow', ...args]).map(here);
const run = (command, extra = {}) => programs.run(command, { ...env, ...extra });
const start = (name, command, extra = {}) => programs.start(name, command, { ...env, ...extra });
const environmentOfContainer = ({ env: list = [] }) => Object.fromEntries(list.map(({ name, value }) => [name, here(value)]));
const status = async (port, path, headers = {}) => { try { return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status; } catch { return 0; } };
const exitCode = command => spawnSync(command[0], command.slice(1).map(here), { env, cwd: work, encoding: 'utf8', timeout: 90_000 }).status;

async function startServices() {
  await startPostgresql(HOST, 'postgres', NASTY, 'airflow');

  const { command, livenessProbe } = find('StatefulSet', 'airflow-redis-master').spec.template.spec.containers[0];
  const redisHere = text => text.replaceAll('/run/secrets/data-service/password', join(folder('secrets'), 'broker-password')).replace('--dir /data', `--dir ${folder('redis')} --bind ${HOST} 127.0.0.1`);
  start('redis', command.map(redisHere));
  await check('the Redis probe passes with a password of special characters', () =>
    until('PONG', 20, () => spawnSync('sh', ['-c', redisHere(livenessProbe.exec.command[2])]).status === 0));
}

try {
  await startServices();
  const web = name => container('Deployment', 'airflow-web', name);
  await check('check-db passes', () => run(commandOf(web('check-db'))));
  await check('the gate stays shut before the migrations', () => {
    const [command, ...args] = commandOf(web('wait-for-db-migrations'));
    const { status: code } = spawnSync(command, args.map(arg => (arg === '60' ? '2' : arg)), { env, cwd: work });
    if (code === 0) throw new Error('check-migrations passed on an empty database');
  });
  await check('the migration job makes the tables', () => run(commandOf(container('Job', 'airflow-upgrade-db', 'upgrade-db'))));
  await check('the migration job can run again', () => run(commandOf(container('Job', 'airflow-upgrade-db', 'upgrade-db'))));
  await check('the gate opens after the migrations', () => run(commandOf(web('wait-for-db-migrations'))));

  await check('the DAG in the documentation is Python', () => {
    const [, dag] = /^```python\n(.*?)^```$/ms.exec(readFileSync(join(root, 'docs/airflow.md'), 'utf8'));
    run(['python', '-c', 'import ast, sys\ntree = ast.parse(sys.argv[1])\nast.parse(next(n.value.value for n in tree.body if isinstance(n, ast.Assign)))', dag]);
  });

  const option = (section, key) => run(['airflow', 'config', 'get-value', section, key]).trim().split('\n').at(-1);
  await check('every setting that is written is a setting that Airflow knows', () => {
    const known = JSON.parse(run(['python', '-c', 'import json\nfrom airflow.configuration import conf\nfrom airflow.providers_manager import ProvidersManager\n'
      + 'ProvidersManager().initialize_providers_configuration()\n'
      + 'print("\\n" + json.dumps([f"AIRFLOW__{s}__{k}".upper() for s, v in conf.configuration_description.items() for k in v["options"]]))']).trim().split('\n').at(-1));
    const unknown = Object.keys(env).filter(key => key.startsWith('AIRFLOW__') && !known.includes(key.replace(/_CMD$/, '')));
    expect(unknown.join(), '', 'unknown settings');
  });
  await check('the executor is the one of the stack', () => expect(option('core', 'executor'), 'CeleryExecutor', 'executor'));
  await check('keys with special characters arrive unchanged', () => {
    expect(option('webserver', 'secret_key'), secrets['webserver-secret-key'], 'secret_key');
    expect(option('core', 'fernet_key'), secrets['fernet-key'], 'fernet_key');
  });
  await check('the first user is made, and making it again changes nothing', () => {
    const create = commandOf(container('Job', 'airflow-create-users', 'create-users'));
    run(create);
    run(create);
    const users = run(['airflow', 'users', 'list', '-o', 'json']);
    expect(JSON.parse(users.slice(users.lastIndexOf('\n[') + 1)).length, 1, 'users');
  });

  const scheduler = container('Deployment', 'airflow-scheduler', 'airflow-scheduler');
  const { port: schedulerPort, path } = scheduler.livenessProbe.httpGet;
  const schedulerProcess = start('scheduler', commandOf(scheduler), environmentOfContainer(scheduler));
  await check('the scheduler probe passes when the scheduler runs', () => until('scheduler', 90, async () => await status(schedulerPort, path) === 200));

  const worker = container('StatefulSet', 'airflow-worker', 'airflow-worker');
  const startWorker = name => start(name, commandOf(worker), environmentOfContainer(worker));
  const workerAlive = () => exitCode(worker.livenessProbe.exec.command) === 0;
  const firstWorker = startWorker('worker-1');
  await check('the worker probe passes when the worker takes tasks', () => until('worker', 90, workerAlive));
  await check('a task goes from the scheduler through Redis to the worker', async () => {
    await until('DAG', 60, () => spawnSync('airflow', ['dags', 'trigger', 'slow'], { env, cwd: work }).status === 0);
    await until('start of the task', 60, () => existsSync(folder('started')));
  });
  await check('a worker that is told to stop lets its task end, and then ends itself', async () => {
    firstWorker.kill('SIGTERM');
    await until('end of the worker', 60, () => hasEnded(firstWorker));
    if (!existsSync(folder('done'))) throw new Error('the task was killed');
  });
  const workerProcess = startWorker('worker-2');
  await until('second worker', 90, workerAlive);
  await check('the worker probe fails when the worker answers but takes no tasks', async () => {
    run(['python', '-c', 'from airflow.providers.celery.executors.celery_executor_utils import app\napp.control.cancel_consumer("default")']);
    await until('failure', 30, () => !workerAlive());
  });
  await check('an idle worker that is told to stop ends by itself', async () => {
    workerProcess.kill('SIGTERM');
    await until('end', 60, () => hasEnded(workerProcess));
  });
  await check('the worker probe fails when there is no worker', () => { if (workerAlive()) throw new Error('it passed'); });
  await check('the scheduler probe fails when the scheduler is gone', async () => {
    stop(schedulerProcess, 'SIGKILL');
    await until('failure', 30, async () => await status(schedulerPort, path) !== 200);
  });

  const flower = container('Deployment', 'airflow-flower', 'airflow-flower');
  const flowerProcess = start('flower', commandOf(flower), { AIRFLOW__CELERY__FLOWER_BASIC_AUTH_CMD: here('python /opt/airflow-scripts/setting.py flower-basic-auth') });
  await check('the Flower probe passes without a login, and the page asks for one', async () => {
    await until('flower', 90, async () => await status(5555, flower.livenessProbe.httpGet.path) === 200);
    expect(await status(5555, '/workers'), 401, 'without login');
    expect(await status(5555, '/workers', { authorization: `Basic ${Buffer.from(secrets['flower-basic-auth']).toString('base64')}` }), 200, 'with login');
  });
  stop(flowerProcess);

  const webserver = web('airflow-web');
  start('web', commandOf(webserver), environmentOfContainer(webserver));
  await check('the web probe passes', () => until('web', 120, async () => await status(8080, webserver.livenessProbe.httpGet.path) === 200));
} catch (error) {
  await end(error);
}
await end();
