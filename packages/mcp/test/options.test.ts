import { describe, expect, it } from 'vitest';
import { connectMcp, type McpOptions } from '../src/index.ts';
import { rejection } from './support/world.ts';

const place = { command: 'true' };

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
    ['roots[0]', { roots: ['/home'] }],
    ['roots[0]', { roots: [5 as never] }],
    ['roots[1]', { roots: ['file:///a', null as never] }],
  ])('%s is refused before anything is started', async (path, options) => {
    expect(await rejection(connectMcp({ name: 'x', place, ...options }))).toMatchObject({
      kind: 'config',
      details: { path },
    });
  });
});
