/** Python that runs in the Airflow containers, mounted from ConfigMap `<name>-scripts` at SCRIPTS_FOLDER. */
export const SCRIPTS_FOLDER = '/opt/airflow-scripts';

/** Values of Secrets, one file each. Files reach a process with any character in them, and no other process sees them. Restart the pods when a Secret has changed. */
export const SECRETS_FOLDER = '/opt/airflow-secrets';

/** Names of the files in SECRETS_FOLDER. */
export type SecretFile = 'fernet-key' | 'webserver-secret-key' | 'database-password' | 'database-url' | 'broker-password' | 'broker-url' | 'flower-basic-auth' | 'admin-password';

/** Prints the value of a setting. */
const SETTING = `"""Prints one Airflow setting that is made of secrets, for the settings that end in _CMD."""
import os
import sys
from urllib.parse import quote


def secret(name):
    with open(os.path.join(os.environ.get("SECRETS_FOLDER", "${SECRETS_FOLDER}"), name)) as file:
        return file.read().rstrip("\\n")


def present(name):
    return os.path.exists(os.path.join(os.environ.get("SECRETS_FOLDER", "${SECRETS_FOLDER}"), name))


def login(user, name):
    """User and password as they stand in a URL; percent-encoded, so that a password may have any character."""
    return "%s:%s@" % (user, quote(secret(name), safe=""))


def database(scheme):
    if present("database-url"):
        url = secret("database-url")
        if not scheme.startswith("db+"):
            return url
        return "db+" + url.replace("postgresql+psycopg2://", "postgresql://", 1)
    return "%s://%s%s:5432/airflow" % (scheme, login("postgres", "database-password"), os.environ["DATABASE_HOST"])


def broker():
    if present("broker-url"):
        return secret("broker-url")
    return "redis://%s%s:6379/1" % (login("", "broker-password"), os.environ["REDIS_HOST"])


SETTINGS = {
    "database": lambda: database("postgresql+psycopg2"),
    "result-backend": lambda: database("db+postgresql"),
    "broker": broker,
}
name = sys.argv[1]
sys.stdout.write(SETTINGS[name]() if name in SETTINGS else secret(name))
`;

/** Exits with an error if the scheduler of this host has stopped sending heartbeats; for releases without a health server. */
const SCHEDULER_ALIVE = `"""Fails unless the scheduler of this host has sent a heartbeat lately."""
import sys

from airflow.jobs.scheduler_job import SchedulerJob
from airflow.utils.net import get_hostname
from airflow.utils.session import create_session

with create_session() as session:
    job = (
        session.query(SchedulerJob)
        .filter_by(hostname=get_hostname())
        .order_by(SchedulerJob.latest_heartbeat.desc())
        .limit(1)
        .first()
    )
    alive = job is not None and job.is_alive()
sys.exit(0 if alive else "the scheduler of this host is not alive")
`;

/** Exits with an error if the Celery worker of this host does not answer or no longer takes tasks from a queue. */
const WORKER_ALIVE = `"""Fails unless the Celery worker of this host answers and takes tasks from at least one queue.

A worker that lost its broker can go on answering without taking tasks, so an answer alone is not enough.
"""
import socket
import sys

try:
    from airflow.providers.celery.executors.celery_executor_utils import app
except ImportError:
    try:
        from airflow.providers.celery.executors.celery_executor import app
    except ImportError:
        from airflow.executors.celery_executor import app

name = "celery@" + socket.gethostname()
queues = app.control.inspect(destination=[name], timeout=10).active_queues() or {}
sys.exit(0 if queues.get(name) else name + " takes tasks from no queue")
`;

/** File name -> content. */
export const SCRIPTS = { 'setting.py': SETTING, 'scheduler_alive.py': SCHEDULER_ALIVE, 'worker_alive.py': WORKER_ALIVE } as const;
