"""Prints the pods and claims that KubeSpawner makes of a settings file: for each given user, each server name and each profile."""
import asyncio
import json
import sys

from kubernetes_asyncio.client import ApiClient
from kubespawner import KubeSpawner
from traitlets.config.loader import PyFileConfigLoader

request = json.load(sys.stdin)
config = PyFileConfigLoader("jupyterhub_config.py", path=request["folder"]).load_config()


class Stand:
    """Stands for an object of the hub."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


class User(Stand):
    @property
    def escaped_name(self):
        return self.name

    @property
    def url(self):
        return "/user/" + self.name + "/"


async def main():
    found = []
    for number, name in enumerate(request["users"]):
        for server in request["servers"]:
            for profile in request["profiles"]:
                user = User(name=name, id=number, admin=False)
                hub = Stand(base_url="/hub/", api_url="http://hub:8081/hub/api", public_host="", url="http://hub:8081/hub/", routespec="/hub/")
                spawner = KubeSpawner(config=config, _mock=True, user=user, hub=hub, orm_spawner=Stand(name=server, server=None))
                spawner.api_token = "test"
                spawner.oauth_client_id = "test"
                if profile:
                    spawner.user_options = {"profile": profile}
                    await spawner.load_user_options()
                to_json = ApiClient().sanitize_for_serialization
                found.append({
                    "user": name, "server": server, "profile": profile,
                    "pod": to_json(await spawner.get_pod_manifest()), "claim": to_json(spawner.get_pvc_manifest()), "delete_pvc": spawner.delete_pvc,
                })
    print(json.dumps(found))


asyncio.run(main())
