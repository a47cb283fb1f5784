import { type Duration } from 'cdk8s';
import { type Resources } from '../services/resources';
import { type AirflowStackProps } from './airflow-stack';
import { type AirflowFeatures, type AirflowVersion } from './upstream';

/** What the parts of the stack are made from: the props with everything that follows from them. */
export interface AirflowPlan {
  readonly props: AirflowStackProps;
  readonly version: AirflowVersion;
  /** Start of all names, `airflow` in the documents. */
  readonly name: string;
  readonly namespace: string;
  /** Airflow image of all Airflow containers. */
  readonly image: string;
  readonly features: AirflowFeatures;
}

/** CPU and memory where the props give none. */
export const DEFAULT_RESOURCES = {
  web: { cpu: '250m', memory: '1Gi' },
  scheduler: { cpu: '500m', memory: '1Gi' },
  worker: { cpu: '500m', memory: '2Gi' },
  flower: { cpu: '100m', memory: '256Mi' },
  task: { cpu: '500m', memory: '1Gi' },
  redis: { cpu: '100m', memory: '128Mi' },
  gitSync: { cpu: '50m', memory: '64Mi' },
  /** Init containers and jobs: they load Airflow once and end. */
  command: { cpu: '100m', memory: '512Mi' },
  logCleanup: { cpu: '50m', memory: '64Mi' },
} as const satisfies Record<string, Resources>;

/** Identity labels and the selector of a part; the selector is that of the documents' chart, so that existing objects can be taken over. */
export const identityOf = ({ name }: AirflowPlan, component: string) => ({ name: 'airflow', instance: name, component, partOf: 'airflow' });
export const selectorOf = ({ name }: AirflowPlan, component: string): Record<string, string> => ({ app: 'airflow', component, release: name });

/** Seconds of a duration, also where they are no whole number; the checks say so then. */
export const secondsOf = (duration: Duration): number => duration.toSeconds({ integral: false });
