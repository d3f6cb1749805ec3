import type { OAuthOptions } from './options.ts';

/** Options of a vendor's login, without the client id. */
export interface OAuthPreset extends Pick<
  OAuthOptions,
  'issuer' | 'endpoints' | 'scopes' | 'extra' | 'dialect'
> {
  /** Document that contains these values, and the date on which it was checked. */
  readonly source: string;
  /** Terms of the vendor for applications that use the login. */
  readonly terms: string;
}

const GOOGLE_ENDPOINTS = {
  authorize: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  revoke: 'https://oauth2.googleapis.com/revoke',
};

/** Options of vendors' logins, without client ids. Register your application with the vendor, and pass its client id. */
export const oauthPresets: {
  readonly [name in 'openrouter' | 'codex' | 'google' | 'vertex' | 'githubModels']: OAuthPreset;
} = {
  openrouter: {
    endpoints: { authorize: 'https://openrouter.ai/auth', token: 'https://openrouter.ai/api/v1/auth/keys' },
    dialect: 'openrouter',
    source:
      'openrouter.ai/docs: exchange of the code for a key, read 2026-11-21; the page to open, 2026-11-20',
    terms:
      'Open to every application, without registration: users grant a key of their account and can revoke it.',
  },
  codex: {
    issuer: 'https://auth.openai.com',
    endpoints: {
      authorize: 'https://auth.openai.com/oauth/authorize',
      token: 'https://auth.openai.com/oauth/token',
      device: 'https://auth.openai.com/api/accounts/deviceauth/usercode',
    },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    extra: { id_token_add_organizations: 'true' },
    dialect: 'codex',
    source: 'github.com/openai/codex, codex-rs/login, 2026-11-20',
    terms:
      'The vendor issues no client ids for this login to other applications: use a client id that the vendor gave you.',
  },
  google: {
    issuer: 'https://accounts.google.com',
    endpoints: { ...GOOGLE_ENDPOINTS, device: 'https://oauth2.googleapis.com/device/code' },
    scopes: [
      'https://www.googleapis.com/auth/generative-language.retriever',
      'https://www.googleapis.com/auth/cloud-platform',
    ],
    extra: { access_type: 'offline', prompt: 'consent' },
    source:
      'developers.google.com/identity/protocols/oauth2/native-app and ai.google.dev/gemini-api/docs/oauth (an app of the type "Desktop", read 2026-11-21; addresses and scopes not checked against them)',
    terms: 'An OAuth client of the type "Desktop app" in your project; pass its secret as clientSecret.',
  },
  vertex: {
    issuer: 'https://accounts.google.com',
    endpoints: GOOGLE_ENDPOINTS,
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    extra: { access_type: 'offline', prompt: 'consent' },
    source:
      'developers.google.com/identity/protocols/oauth2/native-app; named 2026-11-20, not checked against it',
    terms: 'An OAuth client of the type "Desktop app" in your project; pass its secret as clientSecret.',
  },
  githubModels: {
    endpoints: {
      authorize: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      device: 'https://github.com/login/device/code',
    },
    scopes: ['read:user'],
    source:
      'docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps: the device flow, read in a copy 2026-11-21; the scope not checked',
    terms:
      'Your OAuth app or GitHub App with the device flow enabled; a GitHub App needs the permission "Models".',
  },
};
