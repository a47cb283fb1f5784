import { isAtLeast } from '../core/versions';

/** MLflow, by release; 2.14 is the oldest that is known here. */
export type MlflowVersion = `2.${number}.${number}` | `3.${number}.${number}`;

/** Release that is used where none is given. */
export const DEFAULT_VERSION: MlflowVersion = '3.17.2';

/** The documents' release; what older ones do is not known here. */
export const OLDEST_VERSION = '2.14';

/** What changed between releases. Source: the server's source and command line at each of them. */
export interface MlflowFeatures {
  /** Whether the server refuses Host headers and origins that it was not told of, and serves requests without a time limit. */
  readonly checksHosts: boolean;
  /** Whether there is an official image with the drivers of PostgreSQL and S3. */
  readonly fullImage: boolean;
  /** Whether basic auth needs the package Flask-WTF. */
  readonly authNeedsFlaskWtf: boolean;
  /** Whether the server reports its use to its makers. */
  readonly telemetry: boolean;
}

/** Features of a release. */
export const featuresOf = (version: MlflowVersion): MlflowFeatures => ({
  checksHosts: isAtLeast(version, '3.5'),
  fullImage: isAtLeast(version, '3.9'),
  authNeedsFlaskWtf: isAtLeast(version, '2.20'),
  telemetry: isAtLeast(version, '3.0'),
});

/** Image with all drivers, for releases that have one. */
export const officialImage = (version: MlflowVersion): string => `ghcr.io/mlflow/mlflow:v${version}-full`;

/** Port of the process. */
export const CONTAINER_PORT = 5000;

/** Port of the Service and of the nodes in the documents. */
export const DOCUMENTED_PORT = 30002;

/** User and group of the process; the image has none of its own. */
export const USER_ID = 1000;
