import { describe, expect, it } from 'vitest';
import { connectMcp, type McpAddress, type McpOptions } from '../src/index.ts';
import { rejection } from './support/world.ts';

const place = { command: 'true' };
const url = 'https://x.example';
const issuer = 'https://z.example';
const machine = { grant: 'client-credentials', clientId: 'x', clientSecret: 'y', issuer } as const;
const signed = {
  grant: 'private-key-jwt',
  clientId: 'x',
  privateKey: 'k',
  algorithm: 'RS256',
  issuer,
} as const;
const login = { grant: 'login', client: { clientId: 'x', issuer } } as const;
const INSECURE =
  'must be an https address; only loopback addresses may receive headers and tokens without encryption';

/** Options that are invalid for the compiler as well. */
const options = (given: object): Partial<McpOptions> => given;
const connected = (given: Partial<McpOptions>): Promise<unknown> =>
  rejection(connectMcp({ name: 'x', place, signal: AbortSignal.abort(), ...given }));

it.each<[path: string, problem: string, Partial<McpOptions>]>([
  ['name', 'is missing; it must be a string', options({ name: undefined })],
  ['name', 'must not be empty, because it is the prefix of the tool names', { name: ' ' }],
  ['place', 'is missing; it must be an object', options({ place: undefined })],
  ['place', 'must have a command or a url', options({ place: {} })],
  ['place.command', 'must not be empty', { place: { command: ' ' } }],
  ['place.command', 'must not be empty', options({ place: { command: 5 } })],
  ['place.url', 'must be an http or https address', { place: { url: 'files' } }],
  ['place.url', 'must be an http or https address', { place: { url: 'file:///etc' } }],
  ['place.url', INSECURE, { place: { url: 'http://far.example/mcp', credential: 'key' } }],
  ['place.url', INSECURE, { place: { url: 'http://far.example/mcp', headers: { 'x-key': 'key' } } }],
  ['place.url', INSECURE, { place: { url: 'http://far.example/mcp', auth: machine } }],
  ['place.url', INSECURE, { place: { url: 'http://128.0.0.1/mcp', credential: 'key' } }],
  ['place.url', INSECURE, { place: { url: 'http://localhost.example/mcp', credential: 'key' } }],
  [
    'place.auth',
    'cannot be combined with place.credential; remove one of them',
    { place: { url, credential: 'key', auth: machine } },
  ],
  ['approve', 'must be one of all, none, destructive', options({ approve: 'some' })],
  ['connectMs', 'must be a number of 1 or more, not 0', { connectMs: 0 }],
  ['timeoutMs', 'must be a number of 1 or more, not 0', { timeoutMs: 0 }],
  ['totalMs', 'must be a number of 1 or more, not 0', { totalMs: 0 }],
  ['concurrency', 'must be a number of 1 or more, not 0', { concurrency: 0 }],
  ['retries', 'must be a number of 0 or more, not -1', { retries: -1 }],
  ['maxResultChars', 'must be a number of 0 or more, not -1', { maxResultChars: -1 }],
  ['roots[0]', 'must be a file:// address', { roots: ['/home'] }],
  ['roots[0]', 'must be a file:// address', options({ roots: [5] })],
  ['roots[1]', 'must be a file:// address', options({ roots: ['file:///a', null] })],
  ['suspend[1]', 'must be elicitation, task or login', options({ suspend: ['task', 'x'] })],
  [
    'suspend',
    'must not contain elicitation if onElicit is set; remove one of them',
    { suspend: ['elicitation'], onElicit: () => ({ action: 'cancel' }) },
  ],
  ['start', 'must be one of now, first-call', options({ start: 'later' })],
  ['protocol', 'must be one of 2025, auto; did you mean "2025"?', options({ protocol: '2024' })],
])('rejects %s, which %s', async (path, problem, given) => {
  const message = `connectMcp: ${path} ${problem}`;
  expect(await connected(given)).toMatchObject({ kind: 'config', message, details: { path } });
});

it.each<[path: string, problem: string, McpOptions['sampling']]>([
  ['sampling.maxRequests', '0 or more, not -1', { model: {} as never, maxRequests: -1 }],
  ['sampling.maxTokens', '1 or more, not 0', { model: {} as never, maxTokens: 0 }],
])('rejects %s, which must be a number of %s', async (path, problem, sampling) => {
  const message = `${path} must be a number of ${problem}`;
  expect(await connected({ sampling })).toMatchObject({ kind: 'config', message, details: { path } });
});

describe('an authorization', () => {
  /** Problem of each required string that is missing, empty or not a string. */
  const strings = (auth: object, ...names: readonly string[]) =>
    names.flatMap((name): readonly (readonly [string, string, object])[] => [
      [`: ${name}`, 'is missing; it must be a string', { ...auth, [name]: undefined }],
      [`.${name}`, 'must not be empty', { ...auth, [name]: '' }],
    ]);
  const grants =
    'must be one of client-credentials, private-key-jwt, login; or pass an OAuthClientProvider of the MCP SDK as place.auth';
  const client = 'must have a metadataUrl, a clientId and its issuer, or register';
  const metadataUrl = 'must be an https address with a path';

  it.each<readonly [path: string, problem: string, object]>([
    ['.grant', grants, { grant: 'password' }],
    ['.grant', grants, { grant: 'toString' }],
    ...strings(machine, 'clientId', 'clientSecret', 'issuer'),
    ...strings(signed, 'clientId', 'privateKey', 'algorithm', 'issuer'),
    ['.issuer', 'must be an http(s) URL', { ...machine, issuer: 'x' }],
    ['.issuer', 'must be an http(s) URL', { ...signed, issuer: 'ftp://x' }],
    [': client', 'is missing; it must be an object', { grant: 'login' }],
    [': port', 'must be a number of 1 or more, not 0', { ...login, port: 0 }],
    ['.client', client, { grant: 'login', client: {} }],
    ['.client', client, { grant: 'login', client: { clientId: 'x' } }],
    ['.client', client, { grant: 'login', client: { issuer } }],
    ['.client.issuer', 'must be an http(s) URL', { grant: 'login', client: { clientId: 'x', issuer: 'y' } }],
    ['.client.metadataUrl', metadataUrl, { grant: 'login', client: { metadataUrl: 'https://x.example/' } }],
    ['.client.metadataUrl', metadataUrl, { grant: 'login', client: { metadataUrl: 'http://x.example/a' } }],
  ])('with place.auth%s is rejected, because it %s', async (path, problem, auth) => {
    expect(await connected(options({ place: { url, auth } }))).toMatchObject({
      kind: 'config',
      message: `connectMcp: place.auth${path} ${problem}`,
      details: { path: path.startsWith(':') ? path.slice(2) : `place.auth${path}` },
    });
  });

  it.each<readonly [NonNullable<McpAddress['auth']>]>([
    [machine],
    [{ ...machine, scope: 'a' }],
    [signed],
    [login],
    [{ ...login, port: 1, scope: 'a', show: () => undefined }],
    [{ grant: 'login', client: { metadataUrl: 'https://x.example/client' } }],
  ])('%j is accepted', async (auth) => {
    expect(await connected({ place: { url, auth } })).toMatchObject({ kind: 'aborted' });
  });
});

it.each<McpAddress>([
  { url: 'http://far.example/mcp' },
  { url: 'http://far.example/mcp', credential: 'key', fetch: globalThis.fetch },
  { url: 'http://127.1.2.3/mcp', credential: 'key' },
  { url: 'http://localhost/mcp', headers: { a: 'b' } },
  { url: 'http://[::1]/mcp', credential: 'key' },
])('accepts the address %j', async (address) => {
  expect(await connected({ place: address })).toMatchObject({ kind: 'aborted' });
});
