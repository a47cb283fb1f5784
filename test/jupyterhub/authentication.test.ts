import { type Authentication, type JupyterHubVersion } from '../../lib';
import { GITHUB, jupyterhub, OIDC, PASSWORD, PATH, settings, traits } from './jupyterhub-support';

const NGINX = { expose: { kind: 'ingress', host: 'hub.example.com', tlsSecret: 'tls' } } as const;
const login = (authentication: Authentication, version: JupyterHubVersion = '5.5.0') => jupyterhub({ authentication, version, notebooks: { image: 'example.com/a:1' } });
const CLASS = 'GenericOAuthenticator';

describe('who may log in', () => {
  test('there is no default: the documents\' one lets anybody in under any name', () => {
    // @ts-expect-error a choice has to be made
    const none: Parameters<typeof jupyterhub>[0] & { authentication: Authentication } = {};
    expect(none).toEqual({});
  });

  test('a password for all comes from a Secret, and makes nobody an administrator, for anybody could take the name', () => {
    const built = login(PASSWORD);
    expect(traits(built, 'JupyterHub').authenticator_class).toBe('dummy');
    expect(traits(built, 'DummyAuthenticator')).toEqual({ allow_all: true });
    expect(settings(built).environment.DummyAuthenticator).toEqual({ password: 'SHARED_PASSWORD' });
    // @ts-expect-error administrators of a shared password do not compile
    const admins: Authentication = { ...PASSWORD, admins: ['ann'] };
    // @ts-expect-error nor does a password that stands here
    const open: Authentication = { kind: 'shared-password', password: 'secret', allowed: 'everyone' };
    expect([admins.kind, open.kind]).toEqual(['shared-password', 'shared-password']);
  });

  test('everyone is said in so many words from release 5 on, and not before, where it is unknown', () => {
    expect(traits(login(PASSWORD, '4.1.5'), 'DummyAuthenticator')).toEqual({});
    expect(traits(login(PASSWORD, '5.5.0'), 'DummyAuthenticator')).toEqual({ allow_all: true });
    expect(traits(login({ ...PASSWORD, allowed: ['ann'] }), 'DummyAuthenticator')).toEqual({ allowed_users: ['ann'] });
  });

  test('accounts of the hub: good passwords, and pauses after wrong ones; administrators are let in, too', () => {
    const built = login({ kind: 'native', allowed: ['ann'], admins: ['boss', 'ann'] });
    expect(traits(built, 'JupyterHub').authenticator_class).toBe('nativeauthenticator.NativeAuthenticator');
    expect(traits(built, 'NativeAuthenticator')).toEqual({
      allowed_users: ['boss', 'ann'], admin_users: ['boss', 'ann'], minimum_password_length: 12, check_common_password: true, allowed_failed_logins: 5, seconds_before_next_try: 600,
    });
  });

  test('GitHub: people by name or organisation, never everyone who has an account', () => {
    const all: Required<Extract<Authentication, { kind: 'github' }>> = { ...GITHUB, callbackUrl: 'https://hub.example.com/hub/oauth_callback', allowed: ['ann'], organizations: ['netapp', 'lab:team'], admins: ['boss'] };
    const built = login(all);
    expect(built.problems).toEqual([]);
    expect(traits(built, 'JupyterHub').authenticator_class).toBe('oauthenticator.github.GitHubOAuthenticator');
    expect(traits(built, 'GitHubOAuthenticator')).toEqual({
      client_id: 'client', oauth_callback_url: 'https://hub.example.com/hub/oauth_callback', allowed_users: ['boss', 'ann'], admin_users: ['boss'],
      allowed_organizations: ['netapp', 'lab:team'], scope: ['read:org'],
    });
    expect(settings(built).environment.GitHubOAuthenticator).toEqual({ client_secret: 'OAUTH_CLIENT_SECRET' });
    // @ts-expect-error everyone on GitHub
    const everyone: Authentication = { ...GITHUB, allowed: 'everyone' };
    expect(everyone.kind).toBe('github');
  });

  test('OpenID Connect, with groups in the words of each release', () => {
    const all: Required<Extract<Authentication, { kind: 'oidc' }>> = {
      ...OIDC, callbackUrl: 'https://hub.example.com/hub/oauth_callback', provider: { ...OIDC.provider, title: 'Example' }, usernameClaim: 'sub', scopes: ['openid'],
      allowed: [], groups: { claim: 'realm.groups', allowed: ['science'] }, admins: ['boss'],
    };
    const common = {
      client_id: 'client', oauth_callback_url: 'https://hub.example.com/hub/oauth_callback', authorize_url: 'https://login.example.com/auth', token_url: 'https://login.example.com/token',
      userdata_url: 'https://login.example.com/userinfo', login_service: 'Example', username_claim: 'sub', scope: ['openid'], allowed_users: ['boss'], admin_users: ['boss'], allowed_groups: ['science'],
    };
    expect(traits(login(all), CLASS)).toEqual({ ...common, manage_groups: true, auth_state_groups_key: 'oauth_user.realm.groups' });
    expect(traits(login(all, '4.1.5'), CLASS)).toEqual({ ...common, claim_groups_key: 'realm.groups' });
  });

  test('what is not asked for is not written, and usual words are', () => {
    expect(traits(login(OIDC), CLASS)).toMatchObject({ username_claim: 'preferred_username', scope: ['openid', 'profile', 'email'], allow_all: true });
    for (const key of ['login_service', 'allowed_groups', 'manage_groups', 'admin_users', 'allowed_users', 'enable_auth_state']) expect(traits(login(OIDC), CLASS)).not.toHaveProperty(key);
  });

  test('behind an Ingress, the callback follows from the host; typed twice, the two would part', () => {
    const { callbackUrl: _callbackUrl, ...without } = OIDC;
    expect(traits(jupyterhub({ authentication: without, proxy: NGINX }), CLASS).oauth_callback_url).toBe('https://hub.example.com/hub/oauth_callback');
    expect(jupyterhub({ authentication: without }).problems).toEqual([
      `${PATH} \`authentication.callbackUrl\` is missing, and there is no Ingress whose host it could follow from: the provider would not know where to send users back to. `
      + 'Write https://HOST/hub/oauth_callback, as it is registered there.',
    ]);
  });
});

describe('logins that cannot work', () => {
  const { callbackUrl: _callbackUrl, allowed: _allowed, ...github } = GITHUB;
  const callbackUrl = 'https://hub.example.com/hub/oauth_callback';
  test.each<[string, Authentication, string]>([
    ['a list of nobody', { ...PASSWORD, allowed: [] }, '`authentication` allows nobody: no login would ever be let in. Name people or groups.'],
    ['GitHub without names and organisations', { ...github, callbackUrl }, '`authentication` allows nobody: no login would ever be let in. Name people or groups.'],
    ['a name that JupyterHub never sees', { ...GITHUB, allowed: ['Ann'] }, '`authentication` has the name "Ann": JupyterHub compares names in small letters. Write ann.'],
    ['an empty name', { ...PASSWORD, allowed: [''] }, '`authentication.allowed` is empty: a value is required. Give one, or leave the key out if it is optional.'],
    ['no client', { ...GITHUB, clientId: '' }, '`authentication.clientId` is empty: a value is required. Give one, or leave the key out if it is optional.'],
    ['a callback that the hub does not answer', { ...GITHUB, callbackUrl: 'https://hub.example.com/callback' },
      '`authentication.callbackUrl` is https://hub.example.com/callback: the hub answers on /hub/oauth_callback only. Write https://HOST/hub/oauth_callback.'],
    ['a provider without TLS', { ...OIDC, provider: { ...OIDC.provider, tokenUrl: 'http://login.example.com/token' } },
      '`authentication.provider.tokenUrl` is http://login.example.com/token: names and secrets go over it, so it must be https. Correct it.'],
  ])('%s', (_title, authentication, sentence) => {
    expect(jupyterhub({ authentication }).problems).toEqual([`${PATH} ${sentence}`]);
  });

  test('groups alone are enough', () => {
    expect(jupyterhub({ authentication: { ...OIDC, allowed: [], groups: { claim: 'groups', allowed: ['science'] } } }).problems).toEqual([]);
    expect(jupyterhub({ authentication: { ...github, callbackUrl, organizations: ['netapp'] } }).problems).toEqual([]);
  });
});
