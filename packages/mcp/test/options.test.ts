import { describe, expect, it } from 'vitest';
import { connectMcp, type McpOptions } from '../src/index.ts';
import { rejection } from './support/world.ts';

const place = { command: 'true' };
const machine = {
  grant: 'client-credentials',
  clientId: 'x',
  clientSecret: 'y',
  issuer: 'https://z.example',
} as const;

describe('invalid options', () => {
  it.each<[string, Partial<McpOptions>]>([
    ['name', { name: ' ' }],
    ['place', { place: {} as never }],
    ['place', { place: undefined as never }],
    ['place.command', { place: { command: '' } }],
    ['place.url', { place: { url: 'files' } }],
    ['place.url', { place: { url: 'file:///etc' } }],
    ['place.url', { place: { url: 'http://far.example/mcp', credential: 'key' } }],
    ['place.url', { place: { url: 'http://far.example/mcp', headers: { 'x-key': 'key' } } }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['connectMs', { connectMs: 0 }],
    ['retries', { retries: -1 }],
    ['maxResultChars', { maxResultChars: -1 }],
    ['sampling.maxRequests', { sampling: { model: {} as never, maxRequests: -1 } }],
    ['sampling.maxTokens', { sampling: { model: {} as never, maxTokens: 0 } }],
    ['rename', { rename: 'x' as never }],
    ['concurrency', { concurrency: 0 }],
    ['resources', { resources: 1 as never }],
    ['suspend', { suspend: 'task' as never }],
    ['suspend[1]', { suspend: ['task', 'x' as never] }],
    ['suspend', { suspend: ['elicitation'], onElicit: () => ({ action: 'cancel' }) }],
    ['start', { start: 'later' as never }],
    ['store', { store: {} as never }],
    ['place.auth', { place: { url: 'https://x.example', credential: 'key', auth: machine } }],
    ['place.url', { place: { url: 'http://far.example/mcp', auth: machine } }],
    ['place.auth.grant', { place: { url: 'https://x.example', auth: { grant: 'password' } as never } }],
    ['place.auth.issuer', { place: { url: 'https://x.example', auth: { ...machine, issuer: 'x' } } }],
    [
      'clientSecret',
      { place: { url: 'https://x.example', auth: { ...machine, clientSecret: undefined as never } } },
    ],
    [
      'place.auth.clientSecret',
      { place: { url: 'https://x.example', auth: { ...machine, clientSecret: '' } } },
    ],
    [
      'place.auth.client',
      { place: { url: 'https://x.example', auth: { grant: 'login', client: { clientId: 'x' } as never } } },
    ],
    [
      'place.auth.client.metadataUrl',
      {
        place: {
          url: 'https://x.example',
          auth: { grant: 'login', client: { metadataUrl: 'https://x.example/' } },
        },
      },
    ],
    [
      'place.auth.client.issuer',
      {
        place: { url: 'https://x.example', auth: { grant: 'login', client: { clientId: 'x', issuer: 'y' } } },
      },
    ],
    ['roots[0]', { roots: ['/home'] }],
    ['roots[0]', { roots: [5 as never] }],
    ['roots[1]', { roots: ['file:///a', null as never] }],
  ])('%s is refused before anything is started', async (path, options) => {
    expect(await rejection(connectMcp({ name: 'x', place, ...options }))).toMatchObject({
      kind: 'config',
      details: { path },
    });
  });

  it('name the grants that exist', async () => {
    const auth = { grant: 'password' } as never;
    const connected = connectMcp({ name: 'x', place: { url: 'https://x.example', auth } });
    await expect(connected).rejects.toThrow('must be one of client-credentials, private-key-jwt, login');
  });
});
