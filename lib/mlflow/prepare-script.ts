/** Python that runs in the init container, mounted from ConfigMap `<name>-scripts` at SCRIPTS_FOLDER. */
export const SCRIPTS_FOLDER = '/opt/mlflow-scripts';

/**
 * URI of the main database; libpq takes all else from its own variables. The driver is named, because newer releases of SQLAlchemy take another one where
 * none is.
 */
export const DATABASE_URI = 'postgresql+psycopg2://';

/** Folder in memory with the file of basic auth; the init container writes it. */
export const AUTH_FOLDER = '/run/mlflow-auth';
export const AUTH_FILE = `${AUTH_FOLDER}/basic_auth.ini`;

/** What the script is told, as JSON in the variable PREPARE. */
export interface PrepareSettings {
  /** Packages that the image must have. */
  readonly modules: readonly string[];
  readonly upgrade: boolean;
  readonly auth?: { readonly database: string; readonly username: string; readonly permission: string };
}

/** Makes databases and tables, one pod at a time, and the file of basic auth. */
const PREPARE = `"""Gets ready what the MLflow server needs: packages, databases, tables and the file of basic auth."""
import configparser
import importlib.util
import json
import os
import subprocess
import sys
import time

import sqlalchemy
from alembic.script import ScriptDirectory

SETTINGS = json.loads(os.environ["PREPARE"])
AUTH = SETTINGS.get("auth")
AUTH_FILE = os.environ.get("MLFLOW_AUTH_CONFIG_PATH")
# Any number, as long as all pods use the same.
LOCK = 5000
SECONDS_TO_WAIT = int(os.environ.get("SECONDS_TO_WAIT", "120"))
MAKE_TABLES = """
from mlflow.server.handlers import initialize_backend_stores
initialize_backend_stores("${DATABASE_URI}", "${DATABASE_URI}", "mlflow-artifacts:/")
"""


def check_packages():
    missing = [name for name in SETTINGS["modules"] if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit("The image lacks the Python packages %s. Use an image that has them." % ", ".join(missing))


def check_passwords():
    for name in ("PGPASSWORD", "ADMIN_PASSWORD", "MLFLOW_FLASK_SERVER_SECRET_KEY"):
        if os.environ.get(name, "").rstrip("\\r\\n") != os.environ.get(name, ""):
            sys.exit("%s ends with a line break: it is in the Secret. Make the Secret again without it." % name)
    password = os.environ.get("ADMIN_PASSWORD", "")
    if AUTH and len(password) < 12:
        sys.exit("The admin password has %d characters: MLflow wants 12 or more. Make the Secret again." % len(password))
    if AUTH and (password != password.strip() or len(password.splitlines()) > 1):
        sys.exit("The admin password starts or ends with a space, or has a line break: MLflow's file cannot hold it. Make the Secret again.")


def write_auth_file():
    """MLflow reads % as the start of a reference, so it is doubled."""
    config = configparser.ConfigParser(interpolation=None)
    config["mlflow"] = {
        "default_permission": AUTH["permission"],
        "database_uri": "postgresql+psycopg2:///" + AUTH["database"],
        "admin_username": AUTH["username"].replace("%", "%%"),
        "admin_password": os.environ["ADMIN_PASSWORD"].replace("%", "%%"),
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
    }
    # Users with the id of the server only.
    with os.fdopen(os.open(AUTH_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        config.write(file)


def connected(engine):
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            return engine.connect()
        except sqlalchemy.exc.OperationalError as error:
            if time.monotonic() > deadline:
                sys.exit("There is no connection to database %s: %s" % (os.environ["PGDATABASE"], error.orig))
            print("Waiting for the database", flush=True)
            time.sleep(2)


def check_release(connection):
    """MLflow itself would change the tables of another release without a word."""
    tables = sqlalchemy.inspect(connection).get_table_names()
    if not tables:
        return
    revisions = connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalars().all() if "alembic_version" in tables else []
    folder = os.path.join(importlib.util.find_spec("mlflow").submodule_search_locations[0], "store", "db_migrations")
    wanted = ScriptDirectory(folder).get_current_head()
    if revisions == [wanted]:
        return
    if not SETTINGS["upgrade"]:
        sys.exit("The tables of database %s are of another release of MLflow (%s, this one has %s). Make a backup, then set \`server.upgradeDatabase\`." % (
            os.environ["PGDATABASE"], ", ".join(revisions) or "none", wanted))
    run("The upgrade of the database", "-m", "mlflow", "db", "upgrade", "${DATABASE_URI}")


def make_auth_database(connection):
    name = AUTH["database"]
    if connection.execute(sqlalchemy.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first():
        return
    try:
        connection.execute(sqlalchemy.text('CREATE DATABASE "%s"' % name.replace('"', '""')))
    except sqlalchemy.exc.ProgrammingError as error:
        sys.exit("There is no database %s, and it cannot be made: %s. Make it, with %s as its owner." % (name, error.orig, os.environ["PGUSER"]))


def run(what, *command):
    """Runs Python in the environment of the server, which has no admin password."""
    environment = {key: value for key, value in os.environ.items() if key not in ("ADMIN_PASSWORD", "PREPARE")}
    if subprocess.run([sys.executable, *command], env=environment).returncode != 0:
        sys.exit("%s has failed; the reason is above." % what)


check_packages()
check_passwords()
if AUTH:
    write_auth_file()
try:
    engine = sqlalchemy.create_engine("${DATABASE_URI}", isolation_level="AUTOCOMMIT")
except ModuleNotFoundError as error:
    sys.exit("The image lacks the Python package %s, the driver of PostgreSQL. Use an image that has it." % error.name)
with connected(engine) as connection:
    # Pods that start at the same time take turns; the lock ends with the connection.
    connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(%d)" % LOCK))
    check_release(connection)
    run("Making or checking the tables", "-c", MAKE_TABLES)
    if AUTH:
        make_auth_database(connection)
        run("Making or checking the tables of users", "-m", "mlflow.server.auth", "db", "upgrade", "--url", "postgresql+psycopg2:///" + AUTH["database"])
print("Ready", flush=True)
`;

/** File name -> content. */
export const SCRIPTS = { 'prepare.py': PREPARE } as const;
