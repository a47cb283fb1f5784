import { type SecretKey } from '../core/secret-requirements';

/** Who may log in, by the names that the login gives: in small letters, as JupyterHub compares them. */
export interface AllowedPeople {
  /** Names, or `everyone` who can log in. */
  readonly allowed: 'everyone' | readonly string[];
  /** Names of administrators; they may log in, too, and may enter the servers of all. @default - none */
  readonly admins?: readonly string[];
}

/** One password for all, for a lab: who knows it can log in under any name, so there are no administrators. */
export interface SharedPassword {
  /** One password for all. */
  readonly kind: 'shared-password';
  /** The password. */
  readonly password: SecretKey;
  /** Names, or `everyone` who knows the password. */
  readonly allowed: 'everyone' | readonly string[];
}

/**
 * Accounts in the hub's own database: users sign up, an administrator lets them in. Passwords have 12 characters or more, and five wrong ones shut an account for
 * ten minutes. Administrators need nobody to let them in, so sign up with their names before others can reach the page.
 */
export interface NativeAccounts extends AllowedPeople {
  /** Accounts in the hub's own database. */
  readonly kind: 'native';
}

/** What a login elsewhere has in common. */
interface OAuthClient {
  /** Client ID that JupyterHub is registered with. */
  readonly clientId: string;
  /** Client secret that belongs to it. */
  readonly clientSecret: SecretKey;
  /** Where the provider sends users back to, as it is registered there. @default - `/hub/oauth_callback` at the host of the Ingress */
  readonly callbackUrl?: string;
}

/** Login with GitHub. Everyone has an account there, so people are named or are members of an organisation. */
export interface GitHubLogin extends OAuthClient {
  /** Login with GitHub. */
  readonly kind: 'github';
  /** Names of users. @default - none */
  readonly allowed?: readonly string[];
  /** Organisations whose members may log in, or their teams as `organisation:team`. @default - none */
  readonly organizations?: readonly string[];
  /** Names of administrators; they may log in, too. @default - none */
  readonly admins?: readonly string[];
}

/** Login with an OpenID Connect provider, such as Keycloak, Entra ID or Okta. */
export interface OidcLogin extends OAuthClient {
  /** Login with an OpenID Connect provider. */
  readonly kind: 'oidc';
  /** Addresses of the provider; its `/.well-known/openid-configuration` lists them. */
  readonly provider: {
    /** `authorization_endpoint`, which browsers open. */
    readonly authorizeUrl: string;
    /** `token_endpoint`, which the hub asks. */
    readonly tokenUrl: string;
    /** `userinfo_endpoint`, which the hub asks. */
    readonly userinfoUrl: string;
    /** Words on the login button. @default - OAuth 2.0 */
    readonly title?: string;
  };
  /** Claim that has the user's name; it decides the name of the home volume. @default preferred_username */
  readonly usernameClaim?: string;
  /** What to ask the provider for. @default - openid, profile, email */
  readonly scopes?: readonly string[];
  /** Names, or `everyone` whom the provider lets in. Those in `groups` may log in besides. */
  readonly allowed: 'everyone' | readonly string[];
  /** Groups whose members may log in, and the claim that lists a user's groups. @default - none */
  readonly groups?: {
    /** Claim that lists a user's groups, for example `groups`; a dot leads into a nested one. */
    readonly claim: string;
    /** Names of the groups whose members may log in. */
    readonly allowed: readonly string[];
  };
  /** Names of administrators; they may log in, too. @default - none */
  readonly admins?: readonly string[];
}

/** How users log in. There is no default: the documents' one lets anybody in under any name. */
export type Authentication = SharedPassword | NativeAccounts | GitHubLogin | OidcLogin;
