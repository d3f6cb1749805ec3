import { LlmError } from '@majordomo/core';
import { atLeast, checkOptions, rejectUnknownOptions, type Kinds } from '@majordomo/core/toolkit';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { McpAuth, McpLoginClient } from '../options.ts';

/** Whether the authorization is a provider of the SDK, which the SDK also recognizes by these two functions. */
export const isProvider = (auth: McpAuth | OAuthClientProvider): auth is OAuthClientProvider =>
  typeof Reflect.get(auth, 'tokens') === 'function' &&
  typeof Reflect.get(auth, 'clientInformation') === 'function';

const MISPLACED_SECRET = 'refused: is a member of place.auth.client';

const LOWEST_PORT = 1;

/** Kinds of the options of every grant. `Kinds` documents their form. */
const COMMON = { grant: 'string', scope: 'string' } as const;

const KINDS: Readonly<
  Record<McpAuth['grant'], { readonly kinds: Kinds; readonly required: readonly string[] }>
> = {
  'client-credentials': {
    kinds: { ...COMMON, clientId: 'string', clientSecret: 'string', issuer: 'string' },
    required: ['clientId', 'clientSecret', 'issuer'],
  },
  'private-key-jwt': {
    kinds: { ...COMMON, clientId: 'string', privateKey: 'string', algorithm: 'string', issuer: 'string' },
    required: ['clientId', 'privateKey', 'algorithm', 'issuer'],
  },
  login: {
    kinds: {
      ...COMMON,
      client: 'object',
      clientSecret: MISPLACED_SECRET,
      show: 'function',
      port: atLeast(LOWEST_PORT),
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

/** Kinds of the options of each form of a client, by the option that only this form has. */
const CLIENT_KINDS = {
  metadataUrl: { metadataUrl: 'string' },
  clientId: { clientId: 'string', clientSecret: 'string', issuer: 'string' },
  register: { register: { name: 'string', uri: 'string' } },
} as const;
const CLIENT_FORMS = Object.keys(CLIENT_KINDS) as readonly (keyof typeof CLIENT_KINDS)[];

const WRONG_CLIENT = 'must have a metadataUrl, a clientId and its issuer, or register';

/**
 * Checks the client of a login. Throws `config` for an invalid option. `owner`: beginning of messages about the options that contain
 * the client, such as `createMcpConnections`. `subject`: beginning of messages about the client, such as `createMcpConnections: client`.
 */
export function checkLoginClient(client: McpLoginClient, owner: string, subject: string): void {
  const [form, otherForm] = CLIENT_FORMS.filter((name) => Reflect.get(client, name) !== undefined);
  if (form === undefined || otherForm !== undefined) throw problem(subject, WRONG_CLIENT);
  const kinds: Kinds = CLIENT_KINDS[form];
  checkOptions(owner, { client }, { client: kinds });
  const lacksIssuer = form === 'clientId' && Reflect.get(client, 'issuer') === undefined;
  if (lacksIssuer) throw problem(subject, WRONG_CLIENT);
  rejectUnknownOptions(client, kinds, `${owner}: client.`);
  if ('metadataUrl' in client) checkMetadataUrl(client.metadataUrl, `${subject}.metadataUrl`);
  else if ('register' in client) checkRegistration(client.register, `${subject}.register`);
  else checkKnownClient(client, subject);
}

function checkRegistration(
  { name, uri }: Extract<McpLoginClient, { readonly register: unknown }>['register'],
  subject: string,
): void {
  if (typeof (name as unknown) !== 'string' || name.trim() === '')
    throw problem(`${subject}.name`, 'must be a non-empty string');
  if (uri !== undefined && !isHttpUrl(uri)) throw problem(`${subject}.uri`, 'must be an http(s) URL');
}

function checkKnownClient(
  { clientId, clientSecret, issuer }: Extract<McpLoginClient, { readonly clientId: string }>,
  subject: string,
): void {
  if (clientId === '') throw problem(`${subject}.clientId`, 'must not be empty');
  if (clientSecret === '') throw problem(`${subject}.clientSecret`, 'must not be empty');
  checkIssuer(issuer, `${subject}.issuer`);
}

function checkIssuer(issuer: string, subject: string): void {
  if (!isHttpUrl(issuer)) throw problem(subject, 'must be an http(s) URL');
}

const isHttpUrl = (address: string): boolean => /^https?:$/.test(URL.parse(address)?.protocol ?? '');

function checkMetadataUrl(address: string, subject: string): void {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.pathname === '/')
    throw problem(subject, 'must be an https address with a path');
}

/** Returns the error of an option. `subject`: the function, a colon, and the path of the option. */
function problem(subject: string, why: string): LlmError {
  const path = subject.slice(subject.indexOf(': ') + 2);
  return new LlmError('config', `${subject} ${why}`, { path });
}

const invalid = (name: string, why: string): LlmError =>
  new LlmError('config', `connectMcp: place.auth.${name} ${why}`, { path: `place.auth.${name}` });
