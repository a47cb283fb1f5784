import { addressOf } from '../services/web-exposure';
import { type GitHubLogin, type OidcLogin } from './authentication';
import { type JupyterHubPlan } from './plan';
import { type SecretTrait, type Traits } from './settings';

/** Settings of the login, and those of them that are values of Secrets. */
export interface LoginTraits {
  readonly traits: Traits;
  readonly secrets: readonly SecretTrait[];
}

/** Address that a login provider sends users back to. */
export function callbackUrlOf({ props: { proxy } }: JupyterHubPlan, { callbackUrl }: { readonly callbackUrl?: string }): string | undefined {
  const address = addressOf(proxy?.expose);
  return callbackUrl ?? (address === undefined ? undefined : `${address}/hub/oauth_callback`);
}

/** Who may log in. Administrators are listed with the others: a list of names would shut them out otherwise. */
function people(allowed: 'everyone' | readonly string[], admins: readonly string[], saysEveryone: boolean) {
  const names = allowed === 'everyone' ? [] : [...new Set([...admins, ...allowed])];
  return {
    ...(names.length > 0 ? { allowed_users: names } : {}),
    ...(allowed === 'everyone' && saysEveryone ? { allow_all: true } : {}),
    ...(admins.length > 0 ? { admin_users: admins } : {}),
  };
}

/** Settings of the login. Source: JupyterHub, NativeAuthenticator 1.2 and 1.3, OAuthenticator 16.3 and 17.4. */
export function loginTraits(plan: JupyterHubPlan): LoginTraits {
  const { props: { authentication: login, keys }, release } = plan;
  const authState = keys.authState ? { enable_auth_state: true } : {};
  const authenticator = (name: string) => ({ authenticator_class: name });
  switch (login.kind) {
    case 'shared-password': return {
      traits: { JupyterHub: authenticator('dummy'), DummyAuthenticator: people(login.allowed, [], release.deniesByDefault) },
      secrets: [{ className: 'DummyAuthenticator', trait: 'password', variable: 'SHARED_PASSWORD', source: login.password, purpose: 'password that all users log in with' }],
    };
    case 'native': return {
      traits: {
        JupyterHub: authenticator('nativeauthenticator.NativeAuthenticator'),
        NativeAuthenticator: {
          ...people(login.allowed, login.admins ?? [], release.deniesByDefault), ...authState,
          minimum_password_length: 12, check_common_password: true, allowed_failed_logins: 5, seconds_before_next_try: 600,
        },
      },
      secrets: [],
    };
    case 'github': return {
      traits: {
        JupyterHub: authenticator('oauthenticator.github.GitHubOAuthenticator'),
        GitHubOAuthenticator: {
          ...client(plan, login), ...people(login.allowed ?? [], login.admins ?? [], true), ...authState,
          ...(login.organizations ? { allowed_organizations: login.organizations, scope: ['read:org'] } : {}),
        },
      },
      secrets: [clientSecret('GitHubOAuthenticator', login)],
    };
    case 'oidc': return {
      traits: {
        JupyterHub: authenticator('oauthenticator.generic.GenericOAuthenticator'),
        GenericOAuthenticator: { ...client(plan, login), ...people(login.allowed, login.admins ?? [], true), ...authState, ...oidc(login), ...groups(plan, login) },
      },
      secrets: [clientSecret('GenericOAuthenticator', login)],
    };
  }
}

const client = (plan: JupyterHubPlan, login: GitHubLogin | OidcLogin) => ({ client_id: login.clientId, oauth_callback_url: callbackUrlOf(plan, login) });

const clientSecret = (className: string, { clientSecret: source, clientId }: GitHubLogin | OidcLogin): SecretTrait =>
  ({ className, trait: 'client_secret', variable: 'OAUTH_CLIENT_SECRET', source, purpose: `client secret of ${clientId} at the login provider` });

const oidc = ({ provider: { authorizeUrl, tokenUrl, userinfoUrl, title }, usernameClaim, scopes }: OidcLogin) => ({
  authorize_url: authorizeUrl,
  token_url: tokenUrl,
  userdata_url: userinfoUrl,
  username_claim: usernameClaim ?? 'preferred_username',
  scope: scopes ?? ['openid', 'profile', 'email'],
  ...(title === undefined ? {} : { login_service: title }),
});

function groups({ release }: JupyterHubPlan, { groups: given }: OidcLogin) {
  if (!given) return {};
  return {
    allowed_groups: given.allowed,
    ...(release.managesGroups ? { manage_groups: true, auth_state_groups_key: `oauth_user.${given.claim}` } : { claim_groups_key: given.claim }),
  };
}
