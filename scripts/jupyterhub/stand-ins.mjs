// What the hub talks to, on loopback: a Kubernetes API that keeps pods and claims in memory, a notebook server, and a login provider.
import { createServer } from 'node:http';

const listen = (handler, host, port = 0) => new Promise(resolve => {
  const server = createServer(handler);
  server.listen(port, host, () => resolve({ server, url: `http://${host}:${server.address().port}` }));
});

const body = async request => {
  let text = '';
  for await (const part of request) text += part;
  return text;
};

const json = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

/** Takes the objects of the hub, lets pods run at `podIp`, and notes every call as `verb resource`. */
export async function kubernetesApi(host, podIp) {
  const state = { calls: new Set(), pods: new Map(), claims: new Map(), deleted: [], strange: [] };
  const watchers = new Set();
  let version = 1;
  const tell = (type, object) => { for (const watcher of watchers) watcher.write(`${JSON.stringify({ type, object })}\n`); };
  const { server, url } = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://api');
    const [, namespace, resource, name] = /^\/api\/v1\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const store = { pods: state.pods, persistentvolumeclaims: state.claims, events: new Map() }[resource];
    const verb = request.method === 'GET' ? (name ? 'get' : searchParams.has('watch') ? 'watch' : 'list') : { POST: 'create', DELETE: 'delete' }[request.method];
    if (!store || !verb || namespace !== 'jupyterhub') {
      state.strange.push(`${request.method} ${request.url}`);
      return json(response, 404, { kind: 'Status', code: 404 });
    }
    state.calls.add(`${verb} ${resource}`);
    if (verb === 'watch') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      if (resource !== 'pods') return undefined;
      watchers.add(response);
      return request.on('close', () => watchers.delete(response));
    }
    if (verb === 'list') return json(response, 200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(version) }, items: [...store.values()] });
    if (verb === 'create') {
      const object = JSON.parse(await body(request));
      if (store.has(object.metadata.name)) return json(response, 409, { kind: 'Status', code: 409 });
      version += 1;
      Object.assign(object.metadata, { uid: `uid-${version}`, resourceVersion: String(version), namespace });
      if (resource === 'pods') {
        object.status = { phase: 'Running', podIP: podIp, containerStatuses: [{ name: 'notebook', image: object.spec.containers[0].image, imageID: 'sha256:0', restartCount: 0, ready: true, state: { running: {} } }] };
      }
      store.set(object.metadata.name, object);
      json(response, 201, object);
      return tell('ADDED', object);
    }
    const object = store.get(name);
    if (!object) return json(response, 404, { kind: 'Status', code: 404 });
    if (verb === 'delete') {
      store.delete(name);
      state.deleted.push(`${resource} ${name}`);
      tell('DELETED', object);
    }
    return json(response, 200, object);
  }, host);
  return { ...state, server, url };
}

/** Answers like a notebook server that is up. */
export const notebookServer = host => listen((request, response) => json(response, 200, { notebook: true, path: request.url }), host, 8888);

/** A login provider that lets one user in. */
export async function loginProvider(host, user, secret) {
  const seen = { secrets: [] };
  const started = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://login');
    if (pathname.endsWith('/auth')) {
      response.writeHead(302, { location: `${searchParams.get('redirect_uri')}?code=code&state=${encodeURIComponent(searchParams.get('state'))}` });
      return response.end();
    }
    if (pathname.endsWith('/token')) {
      const form = new URLSearchParams(await body(request));
      seen.secrets.push(form.get('client_secret'));
      return json(response, form.get('client_secret') === secret ? 200 : 401, { access_token: 'access', token_type: 'Bearer' });
    }
    return json(response, request.headers.authorization === 'Bearer access' ? 200 : 401, user());
  }, host);
  return { ...started, seen };
}
