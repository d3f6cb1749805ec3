import { image, user, type ChatRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { Needs } from '../contract.ts';
import { requirementsOf } from './requirements.ts';

const hi: ChatRequest = { messages: [user('hi')] };
const tools = [{ name: 't', description: '', parameters: {} }];
const png = image(new Uint8Array(1), 'image/png');
const NONE = {
  tools: false,
  images: false,
  structured: false,
  reasoning: undefined,
  contextTokens: 0,
  answerTokens: 0,
  maxNanoUsd: undefined,
  today: '2026-11-21',
};

it.each<[Needs, ChatRequest | undefined, object]>([
  [{}, undefined, {}],
  [{}, { ...hi, tools: [] }, {}],
  [{}, { ...hi, tools }, { tools: true }],
  [{ tools: true }, hi, { tools: true }],
  [{ tools: false }, { ...hi, tools }, { tools: false }],
  [{}, { messages: [user('?', png)] }, { images: true }],
  [{ images: true }, hi, { images: true }],
  [{ images: false }, { messages: [user('?', png)] }, { images: true }],
  [{}, { ...hi, output: 'json' }, { structured: true }],
  [{ structured: true }, undefined, { structured: true }],
  [{ reasoning: false }, hi, { reasoning: false }],
  [{ contextTokens: 9, maxUsdPerCall: '0.05' }, hi, { contextTokens: 9, maxNanoUsd: 50_000_000n }],
  [{}, { ...hi, maxTokens: 7 }, { answerTokens: 7 }],
])('the needs %j and a request', (needs, request, expected) => {
  expect(requirementsOf(needs, request, Date.UTC(2026, 10, 21, 12))).toEqual({ ...NONE, ...expected });
});
