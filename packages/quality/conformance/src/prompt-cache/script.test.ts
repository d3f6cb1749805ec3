import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { startWireServer } from '../server/server.ts';
import { anthropicMessages } from '../wires/anthropic-messages/wire.ts';
import { openaiResponses } from '../wires/openai-responses/wire.ts';
import { promptCacheScript } from './script.ts';

const MINUTE = 60_000;
const text = 'word '.repeat(2000);
const rates = { input: 1_000_000, output: 2_000_000, cacheRead: 100_000, cacheWrite: 1_250_000 };
const answer = () => ({ parts: [{ type: 'text' as const, text: 'Yes.' }] });

it('counts cached input of the Anthropic SDK and adds up the bill', async () => {
  let now = 0;
  const cache = promptCacheScript({ vendor: 'anthropic', rates, now: () => now, answer });
  await using server = await startWireServer({ wire: anthropicMessages, script: cache.script });
  const client = new Anthropic({ apiKey: 'any', baseURL: server.baseURL });
  const cacheCounts = async (question: string) => {
    const { usage } = await client.messages.create({
      model: 'claude-opus-5-5',
      max_tokens: 10,
      system: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: question }],
    });
    return [usage.cache_read_input_tokens, usage.cache_creation_input_tokens];
  };
  const [, writtenTokens] = await cacheCounts('One?');
  expect(writtenTokens).toBeGreaterThan(2000);
  expect(await cacheCounts('Two?')).toEqual([writtenTokens, 0]);
  now = 6 * MINUTE;
  expect(await cacheCounts('Three?')).toEqual([0, writtenTokens]);
  const { requests, input, read, written: all, output, picoUsd } = cache.bill;
  expect([requests, read, all, output]).toEqual([3, writtenTokens, 2 * (writtenTokens ?? 0), 15]);
  expect(picoUsd).toBe(
    BigInt((input - read - all) * 1_000_000 + read * 100_000 + all * 1_250_000 + 15 * 2_000_000),
  );
});

it('follows the breakpoints and modes of the OpenAI SDK', async () => {
  const cache = promptCacheScript({ vendor: 'openai', rates, now: () => 0, answer });
  await using server = await startWireServer({
    wire: openaiResponses,
    script: cache.script,
    validate: false,
  });
  const client = new OpenAI({ apiKey: 'any', baseURL: server.baseURL });
  const cacheCounts = async (question: string, members: object) => {
    const { usage } = await client.responses.create({
      model: 'gpt-6-sol',
      input: [
        { role: 'developer', content: [{ type: 'input_text', text }] },
        { role: 'user', content: [{ type: 'input_text', text: question }] },
      ],
      ...members,
    });
    const { cached_tokens, cache_write_tokens } = usage!.input_tokens_details;
    return [cached_tokens, cache_write_tokens];
  };
  const explicit = { prompt_cache_options: { mode: 'explicit' } };
  expect(await cacheCounts('One?', explicit)).toEqual([0, 0]);
  const [, all = 0] = await cacheCounts('One?', { prompt_cache_key: 'a' });
  expect(all).toBeGreaterThan(2000);
  expect(await cacheCounts('One?', { prompt_cache_key: 'a' })).toEqual([all, 0]);
  expect(await cacheCounts('One?', { prompt_cache_key: 'a', ...explicit })).toEqual([0, 0]);
  expect(await cacheCounts('One?', { prompt_cache_key: 'b' })).toEqual([0, all]);
  const developer = {
    role: 'developer',
    content: [{ type: 'input_text', text, prompt_cache_breakpoint: { mode: 'explicit' } }],
  };
  const withBreakpoint = (question: string) => ({
    ...explicit,
    input: [developer, { role: 'user', content: question }],
  });
  const [read, writtenTokens = 0] = await cacheCounts('', withBreakpoint('Two?'));
  expect([read, writtenTokens > 2000, writtenTokens < all]).toEqual([0, true, true]);
  expect(await cacheCounts('', withBreakpoint('Three?'))).toEqual([writtenTokens, 0]);
});

it('passes failures on without an effect on the cache', async () => {
  const failing = promptCacheScript({
    vendor: 'anthropic',
    rates,
    now: () => 0,
    answer: () => ({ failure: 'overloaded' }),
  });
  await using server = await startWireServer({ wire: anthropicMessages, script: failing.script });
  const client = new Anthropic({ apiKey: 'any', baseURL: server.baseURL, maxRetries: 0 });
  const request = {
    model: 'claude-opus-5-5',
    max_tokens: 10,
    messages: [{ role: 'user' as const, content: 'Hi' }],
  };
  await expect(client.messages.create(request)).rejects.toThrow('529');
  expect(failing.bill.requests).toBe(0);
});
