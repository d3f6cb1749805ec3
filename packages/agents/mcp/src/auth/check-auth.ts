import { LlmError } from '@majordomo/core';
import { checkOptions, rejectUnknownOptions, type Kinds } from '@majordomo/core/toolkit';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { McpAuth, McpLoginClient } from '../options.ts';

/** Whether the authorization is a provider of the SDK, which the SDK also recognizes by these two functions. */
export const isProvider = (auth: McpAuth | OAuthClientProvider): auth is OAuthClientProvider =>
  typeof Reflect.get(auth, 'tokens') === 'function' &&
  typeof Reflect.get(auth, 'clientInformation') === 'function';

const MISPLACED_SECRET = 'refused: is a member of place.auth.client';

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
      client: 'object',
      clientSecret: MISPLACED_SECRET,
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
  if (auth.grant === 'login')
    checkLoginClient(auth.client, 'connectMcp: place.auth', 'connectMcp: place.auth.client');
  else checkIssuer(auth.issuer, 'connectMcp: place.auth.issuer');
}

const CLIENT_KINDS: Readonly<Record<string, Kinds>> = {
  metadataUrl: { metadataUrl: 'string' },
  clientId: { clientId: 'string', clientSecret: 'string', issuer: 'string' },
  register: { register: { name: 'string', uri: 'string' } },
};

const WRONG_CLIENT = 'must have a metadataUrl, a clientId and its issuer, or register';

/** Checks the client of a login. `subject`: path in messages, such as `createMcpConnections: client`. `owner`: subject of `client`. */
export function checkLoginClient(client: McpLoginClient, owner: string, subject: string): void {
  const named = Object.keys(CLIENT_KINDS).filter((name) => Reflect.get(client, name) !== undefined);
  const [name, other] = named;
  if (name === undefined || other !== undefined) throw problem(subject, WRONG_CLIENT);
  const kinds = CLIENT_KINDS[name] ?? {};
  checkOptions(owner, { client }, { client: kinds });
  if (name === 'clientId' && Reflect.get(client, 'issuer') === undefined)
    throw problem(subject, WRONG_CLIENT);
  rejectUnknownOptions(client, kinds, `${owner}: client.`);
  if ('metadataUrl' in client) checkMetadataUrl(client.metadataUrl, `${subject}.metadataUrl`);
  else if ('register' in client) {
    const { name: clientName, uri } = client.register;
    if (typeof (clientName as unknown) !== 'string' || clientName.trim() === '')
      throw problem(`${subject}.register.name`, 'must be a non-empty string');
    if (uri !== undefined && !/^https?:$/.test(URL.parse(uri)?.protocol ?? ''))
      throw problem(`${subject}.register.uri`, 'must be an http(s) URL');
  } else {
    if (client.clientId === '') throw problem(`${subject}.clientId`, 'must not be empty');
    if (client.clientSecret === '') throw problem(`${subject}.clientSecret`, 'must not be empty');
    checkIssuer(client.issuer, `${subject}.issuer`);
  }
}

function checkIssuer(issuer: string, subject: string): void {
  if (!/^https?:$/.test(URL.parse(issuer)?.protocol ?? '')) throw problem(subject, 'must be an http(s) URL');
}

function checkMetadataUrl(address: string, subject: string): void {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.pathname === '/')
    throw problem(subject, 'must be an https address with a path');
}

function problem(subject: string, why: string): LlmError {
  const path = subject.slice(subject.indexOf(': ') + 2);
  return new LlmError('config', `${subject} ${why}`, { path });
}

const invalid = (name: string, why: string): LlmError =>
  new LlmError('config', `connectMcp: place.auth.${name} ${why}`, { path: `place.auth.${name}` });
