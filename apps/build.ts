import { EnvironmentApp } from '../lib';
import { type Environment } from './environment';
import { addPlatform } from './platform';

/** The app of an environment, with all of its systems. */
export function buildEnvironment(environment: Environment, outputRoot?: string): EnvironmentApp {
  const app = new EnvironmentApp(environment.name, { cluster: environment.cluster, outputRoot });
  app.attempt(() => { addPlatform(app, environment); });
  return app;
}
