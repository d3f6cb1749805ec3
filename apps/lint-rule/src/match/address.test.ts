import { describe, expect, it } from 'vitest';
import { UNKNOWN_MARK } from '../ast/strings.ts';
import { inferenceHosts } from '../data/hosts.ts';
import { wirePaths } from '../data/wire.ts';
import { addressMatcher } from './address.ts';

const match = addressMatcher({ hosts: inferenceHosts, paths: wirePaths });
const unknownPart = (name: string): string => UNKNOWN_MARK + name + UNKNOWN_MARK;

const KNOWN: readonly (readonly [text: string, subject: string, needs: string])[] = [
  ['https://api.openai.com/v1/embeddings', 'api.openai.com', 'nothing'],
  ['https://api.openai.com', 'api.openai.com', 'nothing'],
  [`https://api.openai.com${unknownPart('path')}`, 'api.openai.com', 'nothing'],
  [`https://api.openai.com:443/${unknownPart('path')}`, 'api.openai.com', 'nothing'],
  ['HTTPS://API.OPENAI.COM/v1', 'api.openai.com', 'nothing'],
  ['wss://eu.api.openai.com/v1/realtime', '*.api.openai.com', 'nothing'],
  [`https://${unknownPart('region')}-aiplatform.googleapis.com/v1`, '*-aiplatform.googleapis.com', 'nothing'],
  [
    `https://bedrock-runtime.${unknownPart('region')}.amazonaws.com/x`,
    'bedrock-runtime.*.amazonaws.com',
    'nothing',
  ],
  ['http://localhost:11434/anything', 'localhost:11434', 'nothing'],
  [`https://ollama.com${unknownPart('path')}`, 'ollama.com', 'nothing'],
  [`https://ollama.com/${unknownPart('path')}`, 'ollama.com', 'nothing'],
  ['https://ollama.com/api/chat', 'ollama.com', 'nothing'],
  ['https://api.cloudflare.com//client/v4/accounts/1/ai/run/@cf/x', 'api.cloudflare.com', 'nothing'],
  [`${unknownPart('base')}/v1/chat/completions`, '/chat/completions', 'nothing'],
  [`${unknownPart('base')}/chat/completions?api-version=1`, '/chat/completions', 'nothing'],
  ['/v1/chat/completions', '/chat/completions', 'nothing'],
  [`${unknownPart('base')}/v1/messages`, '/v1/messages', 'any'],
  ['http://localhost:8080/v1/messages', '/v1/messages', 'any'],
  [`${unknownPart('base')}/api/chat`, '/api/chat', 'name'],
  ['/v1/messages', '/v1/messages', 'header'],
  ['/api/chat', '/api/chat', 'header'],
];

it.each(KNOWN)('%j matches by %s', (text, subject, needs) => {
  expect(match(text)).toMatchObject({ kind: 'inference', subject, needs });
});

const OTHERS: readonly string[] = [
  'https://openai.com/news',
  'https://api.openai.com.example.org/v1',
  'https://example.org/?u=https://api.openai.com',
  'https://ollama.com/library',
  'https://ollama.com/',
  `https://api.cloudflare.com/client/v4/zones/${unknownPart('zone')}/purge_cache`,
  'http://localhost:3000/items',
  '/api/items',
  'api.openai.com',
  '',
];

it.each(OTHERS)('%j does not match', (text) => {
  expect(match(text)).toEqual({ kind: 'other' });
});

describe('an unknown address', () => {
  it('has a vendor’s name if its variable does', () => {
    expect(match(unknownPart('url'))).toEqual({ kind: 'unknown', hasVendorName: false });
    expect(match(`${unknownPart('env_OPENAI_BASE_URL')}/x`)).toEqual({
      kind: 'unknown',
      hasVendorName: true,
    });
    expect(match(`${unknownPart('base')}/openai`)).toEqual({ kind: 'unknown', hasVendorName: false });
  });
});
