import { describe, expect, it } from 'vitest';
import { HOLE } from '../ast/text.ts';
import { inferenceHosts } from '../data/hosts.ts';
import { wirePaths } from '../data/wire.ts';
import { addressReader } from './address.ts';

const read = addressReader({ hosts: inferenceHosts, paths: wirePaths });
const hole = (name: string): string => HOLE + name + HOLE;

const KNOWN: readonly (readonly [text: string, what: string, needs: string])[] = [
  ['https://api.openai.com/v1/embeddings', 'api.openai.com', 'nothing'],
  ['https://api.openai.com', 'api.openai.com', 'nothing'],
  [`https://api.openai.com${hole('path')}`, 'api.openai.com', 'nothing'],
  [`https://api.openai.com:443/${hole('path')}`, 'api.openai.com', 'nothing'],
  ['HTTPS://API.OPENAI.COM/v1', 'api.openai.com', 'nothing'],
  ['wss://eu.api.openai.com/v1/realtime', '*.api.openai.com', 'nothing'],
  [`https://${hole('region')}-aiplatform.googleapis.com/v1`, '*-aiplatform.googleapis.com', 'nothing'],
  [`https://bedrock-runtime.${hole('region')}.amazonaws.com/x`, 'bedrock-runtime.*.amazonaws.com', 'nothing'],
  ['http://localhost:11434/anything', 'localhost:11434', 'nothing'],
  [`https://ollama.com${hole('path')}`, 'ollama.com', 'nothing'],
  [`https://ollama.com/${hole('path')}`, 'ollama.com', 'nothing'],
  ['https://ollama.com/api/chat', 'ollama.com', 'nothing'],
  ['https://api.cloudflare.com//client/v4/accounts/1/ai/run/@cf/x', 'api.cloudflare.com', 'nothing'],
  [`${hole('base')}/v1/chat/completions`, '/chat/completions', 'nothing'],
  [`${hole('base')}/chat/completions?api-version=1`, '/chat/completions', 'nothing'],
  ['/v1/chat/completions', '/chat/completions', 'nothing'],
  [`${hole('base')}/v1/messages`, '/v1/messages', 'any'],
  ['http://localhost:8080/v1/messages', '/v1/messages', 'any'],
  [`${hole('base')}/api/chat`, '/api/chat', 'name'],
  ['/v1/messages', '/v1/messages', 'header'],
  ['/api/chat', '/api/chat', 'header'],
];

it.each(KNOWN)('%j is known by %s', (text, what, needs) => {
  expect(read(text)).toMatchObject({ kind: 'inference', what, needs });
});

const OTHERS: readonly string[] = [
  'https://openai.com/news',
  'https://api.openai.com.example.org/v1',
  'https://example.org/?u=https://api.openai.com',
  'https://ollama.com/library',
  'https://ollama.com/',
  `https://api.cloudflare.com/client/v4/zones/${hole('zone')}/purge_cache`,
  'http://localhost:3000/items',
  '/api/items',
  'api.openai.com',
  '',
];

it.each(OTHERS)('%j is somebody else', (text) => {
  expect(read(text)).toEqual({ kind: 'other' });
});

describe('an address that nobody can see', () => {
  it('tells whether its name is a vendor’s', () => {
    expect(read(hole('url'))).toEqual({ kind: 'unknown', named: false });
    expect(read(`${hole('env_OPENAI_BASE_URL')}/x`)).toEqual({ kind: 'unknown', named: true });
    expect(read(`${hole('base')}/openai`)).toEqual({ kind: 'unknown', named: false });
  });
});
