/** Where the init container finds token and certificate of the Kubernetes API; no other container has them. */
export const API_FOLDER = '/run/kubernetes-api';

/**
 * Takes the snapshot of a job's data and waits until it can be used, with nothing but Python's own library. An error in the status of a snapshot is not the
 * end: the snapshot controller tries again and clears it.
 */
export const TAKE_SNAPSHOT = `"""Takes a VolumeSnapshot and waits until it is ready."""
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

FOLDER = os.environ.get("API_FOLDER", "${API_FOLDER}")
NAME = os.environ["SNAPSHOT_NAME"]
URL = "%s/apis/snapshot.storage.k8s.io/v1/namespaces/%s/volumesnapshots" % (
    os.environ.get("API_URL", "https://kubernetes.default.svc"), os.environ["SNAPSHOT_NAMESPACE"])
DEADLINE = time.monotonic() + int(os.environ["SECONDS_TO_WAIT"])
SNAPSHOT = {
    "apiVersion": "snapshot.storage.k8s.io/v1",
    "kind": "VolumeSnapshot",
    "metadata": {"name": NAME, "labels": json.loads(os.environ["SNAPSHOT_LABELS"])},
    "spec": {
        "volumeSnapshotClassName": os.environ["SNAPSHOT_CLASS"],
        "source": {"persistentVolumeClaimName": os.environ["DATA_VOLUME_NAME"]},
    },
}


def ask(url, body=None):
    with open(os.path.join(FOLDER, "token")) as file:
        headers = {"Authorization": "Bearer " + file.read().strip(), "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=body and json.dumps(body).encode(), headers=headers)
    trusted = ssl.create_default_context(cafile=os.path.join(FOLDER, "ca.crt")) if url.startswith("https") else None
    with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:
        return json.load(answer)


def until_answered(url, body=None):
    """Tries again while the API cannot be reached or is busy; a refusal is final."""
    while True:
        try:
            return ask(url, body)
        except urllib.error.HTTPError as error:
            if error.code == 409 and body:
                return None
            if error.code < 500 and error.code != 429:
                sys.exit("The Kubernetes API refuses snapshot %s: %s" % (NAME, error.read().decode()))
            reason = error
        except OSError as error:
            reason = error
        if time.monotonic() > DEADLINE:
            sys.exit("The Kubernetes API cannot be reached: %s" % reason)
        time.sleep(1)


until_answered(URL, SNAPSHOT)
while True:
    status = until_answered(URL + "/" + NAME).get("status") or {}
    if status.get("readyToUse"):
        break
    if time.monotonic() > DEADLINE:
        sys.exit("Snapshot %s of %s is not ready in time: %s" % (
            NAME, os.environ["DATA_VOLUME_NAME"], (status.get("error") or {}).get("message", "no error is reported; is there a snapshot controller?")))
    time.sleep(1)
print("Snapshot %s of %s is ready" % (NAME, os.environ["DATA_VOLUME_NAME"]), flush=True)
`;
