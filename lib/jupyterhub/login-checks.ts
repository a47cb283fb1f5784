import { type Construct } from 'constructs';
import { checkNotEmpty } from '../core/checks';
import { check } from '../core/problems';
import { type Authentication } from './authentication';
import { callbackUrlOf } from './login-traits';
import { type JupyterHubPlan } from './plan';

/** Mistakes in how users log in. */
export function checkLogin(scope: Construct, plan: JupyterHubPlan): void {
  const { authentication: login } = plan.props;
  const admins = 'admins' in login ? login.admins ?? [] : [];
  const names = [...login.allowed === 'everyone' ? [] : login.allowed ?? [], ...admins];
  check(scope, login.allowed === 'everyone' || names.length > 0 || groupsOf(login).length > 0, () =>
    '`authentication` allows nobody: no login would ever be let in. Name people or groups.');
  for (const name of new Set(names)) {
    checkNotEmpty(scope, 'authentication.allowed', name);
    check(scope, name === name.toLowerCase(), () =>
      `\`authentication\` has the name "${name}": JupyterHub compares names in small letters. Write ${name.toLowerCase()}.`);
  }
  if (login.kind !== 'github' && login.kind !== 'oidc') return;
  checkNotEmpty(scope, 'authentication.clientId', login.clientId);
  const callback = callbackUrlOf(plan, login);
  check(scope, callback !== undefined, () =>
    '`authentication.callbackUrl` is missing, and there is no Ingress whose host it could follow from: the provider would not know where to send users back to. '
    + 'Write https://HOST/hub/oauth_callback, as it is registered there.');
  check(scope, callback === undefined || /^https?:\/\/[^/]+\/hub\/oauth_callback$/.test(callback), () =>
    `\`authentication.callbackUrl\` is ${callback}: the hub answers on /hub/oauth_callback only. Write https://HOST/hub/oauth_callback.`);
  if (login.kind !== 'oidc') return;
  for (const key of ['authorizeUrl', 'tokenUrl', 'userinfoUrl'] as const) {
    check(scope, login.provider[key].startsWith('https://'), () =>
      `\`authentication.provider.${key}\` is ${login.provider[key]}: names and secrets go over it, so it must be https. Correct it.`);
  }
}

/** Groups that may log in, under the names that the providers give them. */
const groupsOf = (login: Authentication): readonly string[] =>
  (login.kind === 'github' ? login.organizations ?? [] : login.kind === 'oidc' ? login.groups?.allowed ?? [] : []);
