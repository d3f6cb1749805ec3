import { LlmError } from '@majordomo/core';
import { checkOptions, rejectUnknownOptions, type Kinds } from '@majordomo/core/toolkit';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { McpAuth } from '../options.ts';

/** Whether the authorization is a provider of the SDK, which the SDK also recognizes by these two functions. */
export const isProvider = (auth: McpAuth | OAuthClientProvider): auth is OAuthClientProvider =>
  typeof Reflect.get(auth, 'tokens') === 'function' &&
  typeof Reflect.get(auth, 'clientInformation') === 'function';

const NO_SECRET =
  'refused: a login has no client secret; pass an OAuthClientProvider of the MCP SDK as place.auth';

const SCOPE = { grant: 'string', scope: 'string' } as const;

const KINDS: Readonly<
  Record<McpAuth['grant'], { readonly kinds: Kinds; readonly required: readonly string[] }>
> = {
  'client-credentials': {
    kinds: { ...SCOPE, clientId: 'string', clientSecret: 'string', issuer: 'string' },
    required: ['clientId', 'clientSecret', 'issuer'],
  },
  'private-key-jwt': {
    kinds: { ...SCOPE, clientId: 'string', privateKey: 'string', algorithm: 'string', issuer: 'string' },
    required: ['clientId', 'privateKey', 'algorithm', 'issuer'],
  },
  login: {
    kinds: {
      ...SCOPE,
      client: { metadataUrl: 'string', clientId: 'string', issuer: 'string', clientSecret: NO_SECRET },
      clientSecret: NO_SECRET,
      show: 'function',
      port: 1,
    },
    required: ['client'],
  },
};

/** Checks the options of an authorization. Throws `config` for an invalid option. */
export function checkAuth(auth: McpAuth | OAuthClientProvider): void {
  if (isProvider(auth)) return;
  if (!Object.hasOwn(KINDS, auth.grant))
    throw invalid(
      'grant',
      `must be one of ${Object.keys(KINDS).join(', ')}; or pass an OAuthClientProvider of the MCP SDK as place.auth`,
    );
  const { kinds, required } = KINDS[auth.grant];
  checkOptions('connectMcp: place.auth', auth, kinds, required);
  rejectUnknownOptions(auth, kinds, 'connectMcp: place.auth: ');
  for (const name of required) if (Reflect.get(auth, name) === '') throw invalid(name, 'must not be empty');
  if (auth.grant !== 'login') checkIssuer(auth.issuer, 'issuer');
  else if ('metadataUrl' in auth.client) checkMetadataUrl(auth.client.metadataUrl);
  else if (typeof auth.client.clientId === 'string' && typeof auth.client.issuer === 'string')
    checkIssuer(auth.client.issuer, 'client.issuer');
  else throw invalid('client', 'must have a metadataUrl, or a clientId and its issuer');
}

function checkIssuer(issuer: string, name: string): void {
  if (!/^https?:$/.test(URL.parse(issuer)?.protocol ?? '')) throw invalid(name, 'must be an http(s) URL');
}

function checkMetadataUrl(address: string): void {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.pathname === '/')
    throw invalid('client.metadataUrl', 'must be an https address with a path');
}

const invalid = (name: string, why: string): LlmError =>
  new LlmError('config', `connectMcp: place.auth.${name} ${why}`, { path: `place.auth.${name}` });
