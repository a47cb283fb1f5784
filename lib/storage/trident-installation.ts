import { Construct } from 'constructs';
import { EnvironmentApp } from '../core/environment-app';
import { declarePrerequisite } from '../core/prerequisites';
import { check } from '../core/problems';
import { isAtLeast } from '../core/versions';
import { tridentClasses } from './rules/trident-classes';

/** A Trident release, year and month, for example `26.06`. */
export type TridentVersion = `${number}.${number}`;

/** First release that has TridentBackendConfig, without which nothing here works. */
const OLDEST: TridentVersion = '21.04';

/** What is installed. */
export interface TridentInstallationProps {
  /** Release that is installed; options that it lacks are errors. */
  readonly version: TridentVersion;
  /**
   * Namespace of Trident. Backends and their Secrets live there: Trident ignores them anywhere else.
   * @default trident
   */
  readonly namespace?: string;
}

/** The Trident that is installed in the cluster, with its own tools, before anything of this library is applied. */
export class TridentInstallation extends Construct {
  /** Release that is installed. */
  public readonly version: TridentVersion;
  /** Namespace of Trident, its backends and their Secrets. */
  public readonly namespace: string;

  constructor(scope: Construct, id: string, props: TridentInstallationProps) {
    super(scope, id);
    this.version = props.version;
    this.namespace = props.namespace ?? 'trident';
    EnvironmentApp.find(this)?.addRule(tridentClasses);
    check(this, /^\d{2}\.\d{2}$/.test(this.version), () =>
      `\`trident.version\` is "${this.version}": a Trident release is year.month with two digits each. Write for example 26.06.`);
    check(this, this.has(OLDEST), () =>
      `\`trident.version\` is ${this.version}: TridentBackendConfig exists since ${OLDEST}. Upgrade Trident.`);
    declarePrerequisite(this, {
      area: 'Cluster',
      what: `Trident ${this.version} in namespace ${this.namespace}, with its custom resource definitions (trident.netapp.io/v1)`,
      commands: [`kubectl -n ${this.namespace} get tridentversion`],
      provides: [{ kind: 'Namespace', name: this.namespace }],
    });
  }

  /** Whether this release has what came with `version`. */
  has(version: TridentVersion): boolean {
    return isAtLeast(this.version, version);
  }

  /** Records an error on `scope` if an option is used that came with a later release. */
  requireVersion(scope: Construct, key: string, value: unknown, since: TridentVersion): void {
    check(scope, value === undefined || this.has(since), () =>
      `\`${key}\` needs Trident ${since} or newer: \`trident.version\` is ${this.version}. Upgrade Trident, or leave the key out.`);
  }
}
