import { type Duration } from 'cdk8s';
import { type Identity } from '../core/labels';
import { type JupyterHubStackProps } from './jupyterhub-stack';
import { type JupyterHubRelease } from './upstream';

/** What the parts of the stack are made from: the props with everything that follows from them. */
export interface JupyterHubPlan {
  readonly props: JupyterHubStackProps;
  readonly release: JupyterHubRelease;
  readonly namespace: string;
  readonly images: { readonly hub: string; readonly proxy: string };
}

/** Parts of the stack that have objects. */
export type Component = 'hub' | 'proxy' | 'singleuser-server';

/** Labels that the pods of a part are found by. KubeSpawner gives the same two to the pods of users. */
export const selectorOf = (component: Component): Record<string, string> => ({ app: 'jupyterhub', component });

/** Identity labels of the objects of a part. There is one JupyterHub in a namespace: the claims of users have names of their own. */
export const identityOf = (component: Component): Identity => ({ name: 'jupyterhub', instance: 'jupyterhub', component, partOf: 'jupyterhub' });

/** Seconds of a duration, also where they are no whole number; the checks say so then. */
export const secondsOf = (duration: Duration): number => duration.toSeconds({ integral: false });

/** CPU and memory of hub and proxy where the props give none. */
export const DEFAULT_RESOURCES = { cpu: '200m', memory: '512Mi' } as const;
