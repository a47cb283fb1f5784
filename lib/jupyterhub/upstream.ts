/** Releases of JupyterHub that are offered: the documents' one, and a current one. Each is an image of the hub with all that the settings use. */
export type JupyterHubVersion = '4.1.5' | '5.5.0';

/** Release that is used where none is given. */
export const DEFAULT_VERSION: JupyterHubVersion = '5.5.0';

/** What belongs to a release. Source: the hub images of Zero to JupyterHub 3.3.7 and 4.4.0, and the release notes of what is in them. */
export interface JupyterHubRelease {
  /** Tag of the hub's image, which is not the release of JupyterHub in it. */
  readonly hubTag: string;
  /** Tag of the proxy's image. */
  readonly proxyTag: string;
  /** Since JupyterHub 5, who is not allowed by name is refused, unless everyone is allowed in so many words. */
  readonly deniesByDefault: boolean;
  /** Since KubeSpawner 7, names of pods and claims are made in another way unless the old one is asked for. */
  readonly hasSlugScheme: boolean;
  /** Since OAuthenticator 17, groups are looked up by another setting. */
  readonly managesGroups: boolean;
}

const RELEASES: Readonly<Record<JupyterHubVersion, JupyterHubRelease>> = {
  '4.1.5': { hubTag: '3.3.7', proxyTag: '4.6.1', deniesByDefault: false, hasSlugScheme: false, managesGroups: false },
  '5.5.0': { hubTag: '4.4.0', proxyTag: '5.2.0', deniesByDefault: true, hasSlugScheme: true, managesGroups: true },
};

/** What belongs to a release; a wrong one does not compile. */
export const releaseOf = (version: JupyterHubVersion): JupyterHubRelease => RELEASES[version];

/** Images, without their tags. */
export const IMAGES = { hub: 'quay.io/jupyterhub/k8s-hub', proxy: 'quay.io/jupyterhub/configurable-http-proxy' } as const;

/** User ids of the processes in these images, and of notebooks in Jupyter's own images. */
export const USERS = { hub: 1000, proxy: 65534, notebook: 1000, notebookGroup: 100 } as const;

/** Ports, as in the documents' deployment. `public` is that of the Service; all others are those of containers and Services. */
export const PORTS = { hub: 8081, proxy: 8000, proxyApi: 8001, public: 80, notebook: 8888 } as const;

/** Names, as in the documents' deployment; the names of claims hold users' data. */
export const NAMES = {
  hub: 'hub',
  proxy: 'proxy',
  proxyApi: 'proxy-api',
  proxyPublic: 'proxy-public',
  database: 'hub-db-dir',
  notebooks: 'singleuser',
  dataRights: 'jupyterhub-netapp-dataops-snapshots',
  dataAccount: 'netapp-dataops',
} as const;
