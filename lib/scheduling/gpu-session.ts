import { type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { checkInteger } from '../core/checks';
import { selectorLabels } from '../core/labels';
import { addObject } from '../core/manifest-object';
import { check } from '../core/problems';
import { requireSecret } from '../core/secret-requirements';
import { webIngress } from '../services/web-exposure';
import { checkGpuWorkload, type GpuWorkloadOptions, type GpuWorkloadPlan, ownerMetadata, podTemplate } from './gpu-workload';

/** A port of a session, and the way to it. */
export interface SessionPortOptions {
  /** Port that the program listens on, 1-65535. */
  readonly port: number;
  /** The way in from outside the cluster. @default - none; `kubectl port-forward` leads to the Service */
  readonly ingress?: {
    /** Host name that the Ingress answers to. @default - any */
    readonly host?: string;
    /** Path on that host, which reaches the program as it is. @default - /<queue>-<name> */
    readonly path?: string;
    /** Class of the Ingress controller. @default - the default one of the cluster */
    readonly className?: string;
    /** Secret with the certificate of `host`. @default - no TLS */
    readonly tlsSecret?: string;
  };
}

/** What an interactive session is made with. */
export interface GpuSessionProps extends GpuWorkloadOptions {
  /**
   * Program and arguments, without a shell; or what makes them of the path under which the Ingress leads to it, for programs that have to know it.
   * `['sleep', 'infinity']` keeps a container for `kubectl exec`.
   * @default - the image's own
   */
  readonly command?: readonly string[] | ((path: string) => readonly string[]);
  /** Port that is reached from elsewhere. @default - none */
  readonly web?: SessionPortOptions;
  /**
   * Makes the session without starting it; `kubectl scale statefulset NAME --replicas=1` starts it, or with a time limit `kubectl patch` with `suspend: false`.
   * @default false
   */
  readonly suspend?: boolean;
  /** How long it may take, from when it is made. @default - the team's `sessionTimeLimit`, else for ever */
  readonly timeLimit?: Duration;
}

/**
 * Interactive work of a team: it keeps its GPUs, which nobody takes back, and so starts within the team's guarantee only. Without a time limit it is a StatefulSet
 * of one pod, `<name>-0`; with one, a Job that ends then. Source: the documents' `runai submit --interactive`; KAI Scheduler, priority class build.
 */
export class GpuSession extends Construct {
  /** Name of the session. */
  public readonly name: string;
  /** Path under which it is reached, with an Ingress. */
  public readonly path?: string;

  constructor(scope: Construct, id: string, props: GpuSessionProps) {
    super(scope, id);
    const { team, name, web, command } = props;
    this.name = name;
    this.path = web?.ingress && (web.ingress.path ?? `/${team.queueName}-${name}`);
    const identity = { name: 'gpu-session', instance: name, component: 'session', partOf: 'scheduling' };
    const words = typeof command === 'function' ? command(this.path ?? '/') : command;
    const plan: GpuWorkloadPlan = { options: props, command: words, identity, priority: 'build', port: web?.port };
    checkGpuWorkload(this, plan);
    this.checkWeb(props);
    this.addWorkload(plan, props.timeLimit ?? team.sessionTimeLimit, props.suspend);
    if (web) this.addWeb(plan, web);
  }

  private addWorkload(plan: GpuWorkloadPlan, timeLimit: Duration | undefined, suspend: boolean | undefined): void {
    const { metadata, spec } = podTemplate(plan);
    if (timeLimit) {
      check(this, timeLimit.toSeconds() > 0, () => '`timeLimit` is 0 seconds: the session would end before it starts. Give it some hours, or leave it out.');
      addObject(this, 'Resource', plan.identity, {
        apiVersion: 'batch/v1', kind: 'Job',
        metadata: ownerMetadata(plan),
        spec: { suspend, activeDeadlineSeconds: timeLimit.toSeconds(), template: { metadata, spec: { restartPolicy: 'Never', ...spec } } },
      });
      return;
    }
    addObject(this, 'Resource', plan.identity, {
      apiVersion: 'apps/v1', kind: 'StatefulSet',
      metadata: ownerMetadata(plan),
      // It has no host name of its own, so no Service of that kind.
      spec: { serviceName: '', replicas: suspend === true ? 0 : 1, selector: { matchLabels: selectorLabels(plan.identity) }, template: { metadata, spec } },
    });
  }

  private addWeb({ options: { name, team: { namespace } }, identity }: GpuWorkloadPlan, { port, ingress }: SessionPortOptions): void {
    addObject(this, 'service', identity, {
      apiVersion: 'v1', kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'ClusterIP', selector: selectorLabels(identity), ports: [{ name: 'web', port, targetPort: 'web' }] },
    });
    if (ingress?.tlsSecret !== undefined) requireSecret(this, { namespace, name: ingress.tlsSecret, keys: ['tls.crt', 'tls.key'], purpose: `certificate of ${ingress.host}` });
    if (ingress) addObject(this, 'ingress', identity, webIngress({ ...ingress, name, namespace, path: this.path!, port: 'web' }));
  }

  private checkWeb({ web }: GpuSessionProps): void {
    checkInteger(this, 'web.port', web?.port, 1, 65535);
    check(this, this.path === undefined || /^\/([^/\s?#]+(\/[^/\s?#]+)*)?$/.test(this.path), () =>
      `\`web.ingress.path\` is "${this.path}": it is an absolute path without a slash at the end. Write for example /team-a-notebook.`);
    check(this, web?.ingress?.tlsSecret === undefined || web.ingress.host !== undefined, () =>
      '`web.ingress.tlsSecret` is set without a `host`: a certificate is for a host name. Give the host, or leave the Secret out.');
  }
}
