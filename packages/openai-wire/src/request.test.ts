import type { ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toWire as toChat } from './chat/request.ts';
import { parseFailure } from './failure/error-body.ts';
import { chatTraits, responsesTraits } from './profile.ts';
import { openaiResponses } from './profiles/openai-responses.ts';
import { openai } from './profiles/openai.ts';
import { recoveryFor } from './responses/recovery.ts';
import { toWire as toResponses } from './responses/request.ts';

const request = (cache: ModelRequest['cache']): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  cache,
  extra: {},
});

function cacheOf(api: 'chat' | 'responses', model: string, cache: ModelRequest['cache']): object {
  const options = { stream: false };
  const { params, warnings } =
    api === 'chat'
      ? toChat(request(cache), model, chatTraits(openai, model).quirks, options)
      : toResponses(request(cache), model, responsesTraits(openaiResponses, model).quirks, options);
  const members = Object.entries(params).filter(([name]) => name.startsWith('prompt_cache'));
  return { ...Object.fromEntries(members), warnings: warnings.map(({ action }) => action) };
}

describe('the prompt cache', () => {
  it.each(['gpt-5.6', 'gpt-5.10-mini', 'gpt-5.6-chat-latest', 'gpt-6-sol', 'gpt-6.1-terra'])(
    'of %s is requested with prompt_cache_options',
    (model) => {
      const long = { mode: 'implicit', ttl: '12h' };
      expect(cacheOf('responses', model, 'long')).toEqual({ prompt_cache_options: long, warnings: [] });
      expect(cacheOf('chat', model, 'long')).toEqual({
        prompt_cache_options: { mode: 'implicit', ttl: '30m' },
        warnings: ['coerced'],
      });
      for (const api of ['chat', 'responses'] as const) {
        expect(cacheOf(api, model, 'short')).toEqual({ warnings: [] });
        expect(cacheOf(api, model, 'none')).toEqual({
          prompt_cache_options: { mode: 'explicit' },
          warnings: [],
        });
      }
    },
  );

  it.each(['gpt-5.5', 'gpt-5.4-mini', 'gpt-5', 'gpt-4.1', 'o3', 'gpt-5.1-chat-latest'])(
    'of %s is requested with prompt_cache_retention',
    (model) => {
      for (const api of ['chat', 'responses'] as const)
        expect(cacheOf(api, model, 'long')).toEqual({ prompt_cache_retention: '24h', warnings: [] });
    },
  );

  it('is requested without a member that the backend rejects, for later calls with this cache only', () => {
    const error = {
      message: 'prompt_cache_retention is not supported on this model',
      code: 'invalid_parameter',
      param: 'prompt_cache_retention',
    };
    const sent = { model: 'm', prompt_cache_retention: '24h' };
    const recovery = recoveryFor(parseFailure({ error }), 400, sent);
    expect(recovery).toMatchObject({ what: 'prompt_cache_retention dropped', remember: true });
    expect(recovery?.apply(request('long')).extra).toEqual({ prompt_cache_retention: undefined });
    expect(recovery?.isNeededFor?.(request('long'))).toBe(true);
    expect(recovery?.isNeededFor?.(request('short'))).toBe(false);
  });
});
