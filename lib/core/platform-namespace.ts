import { Construct } from 'constructs';
import { addObject } from './manifest-object';

/** Pod Security Standards levels, from the loosest to the strictest. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** What a namespace is made with. */
export interface PlatformNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;
  /**
   * Pod Security level that admission enforces, audits and warns about.
   * @default restricted
   */
  readonly podSecurity?: PodSecurityLevel;
  /** Labels beside those of Pod Security, by which others find it. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace with its Pod Security level. */
export class PlatformNamespace extends Construct {
  /** Name of the namespace. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: PlatformNamespaceProps) {
    super(scope, id);
    this.name = props.name;
    const level = props.podSecurity ?? 'restricted';
    addObject(this, 'Resource', { name: 'namespace', instance: props.name, component: 'namespace', partOf: 'platform' }, {
      apiVersion: 'v1', kind: 'Namespace',
      metadata: {
        name: props.name,
        labels: {
          ...props.labels,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/audit': level,
          'pod-security.kubernetes.io/warn': level,
        },
      },
    });
  }
}
