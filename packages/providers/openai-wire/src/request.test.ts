import { assistant, user, type ModelCache, type ModelRequest } from '@majordomo/core';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { toWire as toChat } from './chat/request.ts';
import { parseFailure } from './failure/reported-failure.ts';
import { chatTraits, responsesTraits, type Profile } from './profile.ts';
import { fireworks } from './profiles/fireworks.ts';
import { openaiResponses } from './profiles/openai-responses.ts';
import { openai } from './profiles/openai.ts';
import { together } from './profiles/together.ts';
import { xai } from './profiles/xai.ts';
import { responsesRecovery } from '../test/recoveries.ts';
import { toWire as toResponses } from './responses/request.ts';

const plan = (members: Partial<ModelCache>): ModelCache => ({
  prefix: 'short',
  messages: 'short',
  after: 0,
  key: 'k',
  ...members,
});
const NONE = plan({ prefix: 'none', messages: 'none' });
const SHORT = plan({});
const LONG = plan({ prefix: 'long', messages: 'long' });
const QUESTION = plan({ messages: 'none' });

const request = (cache: ModelCache, changes: Partial<ModelRequest> = {}): ModelRequest =>
  requestOf({ cache, ...changes });

type Api = 'chat' | 'responses';
const APIS: readonly Api[] = ['chat', 'responses'];

function wire(api: Api, model: string, cache: ModelCache, changes: Partial<ModelRequest> = {}) {
  const options = { stream: false };
  return api === 'chat'
    ? toChat(request(cache, changes), model, chatTraits(openai, model).quirks, options)
    : toResponses(request(cache, changes), model, responsesTraits(openaiResponses, model).quirks, options);
}

function cacheOf(api: Api, model: string, cache: ModelCache): object {
  const { params, warnings } = wire(api, model, cache);
  const members = Object.entries(params).filter(([name]) => name.startsWith('prompt_cache'));
  return { ...Object.fromEntries(members), warnings: warnings.map(({ action }) => action) };
}

const key = { prompt_cache_key: 'k' };
const EXPLICIT = { prompt_cache_breakpoint: { mode: 'explicit' } };

describe('the prompt cache', () => {
  it.each(['gpt-5.6', 'gpt-5.10-mini', 'gpt-5.6-chat-latest', 'gpt-6-sol', 'gpt-6.1-terra'])(
    'of %s is requested with prompt_cache_options',
    (model) => {
      const short = { mode: 'implicit', ttl: '30m' };
      const long = { mode: 'implicit', ttl: '12h' };
      expect(cacheOf('responses', model, LONG)).toEqual({ prompt_cache_options: long, ...key, warnings: [] });
      expect(cacheOf('chat', model, LONG)).toEqual({
        prompt_cache_options: short,
        ...key,
        warnings: ['coerced'],
      });
      for (const api of APIS) {
        expect(cacheOf(api, model, SHORT)).toEqual({ prompt_cache_options: short, ...key, warnings: [] });
        expect(cacheOf(api, model, NONE)).toEqual({
          prompt_cache_options: { mode: 'explicit' },
          warnings: [],
        });
        expect(cacheOf(api, model, QUESTION)).toEqual({
          prompt_cache_options: { mode: 'explicit', ttl: '30m' },
          ...key,
          warnings: [],
        });
      }
    },
  );

  it.each(['gpt-5.5', 'gpt-5.4-mini', 'gpt-5', 'gpt-4.1', 'o3', 'gpt-5.1-chat-latest'])(
    'of %s is requested with prompt_cache_retention',
    (model) => {
      for (const api of APIS) {
        expect(cacheOf(api, model, LONG)).toEqual({ prompt_cache_retention: '24h', ...key, warnings: [] });
        expect(cacheOf(api, model, SHORT)).toEqual({ ...key, warnings: [] });
        expect(cacheOf(api, model, QUESTION)).toEqual({ ...key, warnings: [] });
        expect(cacheOf(api, model, NONE)).toEqual({ warnings: ['dropped'] });
      }
    },
  );

  it('of other servers gets documented parameters only', () => {
    const sent = (profile: Profile, cache: ModelCache) => {
      const { quirks } = chatTraits(profile, 'm');
      const { params, headers, warnings } = toChat(request(cache), 'm', quirks, { stream: false });
      const { messages: _messages, model: _model, ...members } = params;
      return { ...members, headers, warnings: warnings.map(({ what }) => what) };
    };
    expect(sent(together, SHORT)).toEqual({ warnings: [] });
    expect(sent(together, LONG)).toEqual({ warnings: ['cache "long"'] });
    expect(sent(xai, SHORT)).toEqual({ ...key, warnings: [] });
    expect(sent(fireworks, SHORT)).toEqual({ headers: { 'x-session-affinity': 'k' }, warnings: [] });
    expect(sent(fireworks, NONE)).toEqual({ warnings: ['cache "none"'] });
  });
});

describe('a breakpoint', () => {
  const system = 's';

  it('follows the system text of a question', () => {
    const chat = wire('chat', 'gpt-6-sol', QUESTION, { system });
    expect(chat.params['messages']).toEqual([
      { role: 'developer', content: [{ type: 'text', text: 's', ...EXPLICIT }] },
      { role: 'user', content: 'hi' },
    ]);
    const { params } = wire('responses', 'gpt-6-sol', QUESTION, { system });
    expect(params).not.toHaveProperty('instructions');
    expect(params['input']).toEqual([
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 's', ...EXPLICIT }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    ]);
  });

  it('is absent in a conversation and without system text', () => {
    for (const api of APIS) {
      const conversation = wire(api, 'gpt-6-sol', SHORT, { system }).params;
      expect(JSON.stringify(conversation)).not.toContain('prompt_cache_breakpoint');
      const question = wire(api, 'gpt-6-sol', QUESTION).params;
      expect(JSON.stringify(question)).not.toContain('prompt_cache_breakpoint');
    }
    expect(wire('responses', 'gpt-6-sol', SHORT, { system }).params['instructions']).toBe('s');
  });

  it('follows the leading messages', () => {
    const messages = [user('document'), user('question')];
    const cache = plan({ prefix: 'long', messages: 'none', after: 1 });
    const markedBlock = { type: 'input_text', text: 'document', ...EXPLICIT };
    const responses = wire('responses', 'gpt-6-sol', cache, { messages }).params;
    expect(responses['prompt_cache_options']).toEqual({ mode: 'explicit', ttl: '12h' });
    expect(responses['input']).toEqual([
      { type: 'message', role: 'user', content: [markedBlock] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'question' }] },
    ]);
    const chat = wire('chat', 'gpt-6-sol', plan({ messages: 'none', after: 1 }), { messages }).params;
    expect(chat['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'document', ...EXPLICIT }] },
      { role: 'user', content: 'question' },
    ]);
  });

  it('with another lifetime than the messages has its own', () => {
    const messages = [user('document'), assistant('read'), user('question')];
    const cache = plan({ prefix: 'long', after: 2 });
    const { params } = wire('responses', 'gpt-6-sol', cache, { messages });
    expect(params['prompt_cache_options']).toEqual({ mode: 'implicit', ttl: '30m' });
    expect(params['input']).toMatchObject([
      { content: [{ text: 'document', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }] },
      { role: 'assistant' },
      { role: 'user' },
    ]);
  });

  it('does not change messages that later requests send without it', () => {
    const messages = [user('document'), user('question')];
    for (const api of APIS) {
      wire(api, 'gpt-6-sol', plan({ messages: 'none', after: 1 }), { messages });
      const { params } = wire(api, 'gpt-6-sol', SHORT, { messages });
      expect(JSON.stringify(params)).not.toContain('prompt_cache_breakpoint');
    }
  });
});

describe('a backend that rejects a member of the prompt cache', () => {
  it.each(['prompt_cache_retention is not supported on this model', 'Invalid parameter.'])(
    'gets no such member in later calls with this cache: %s',
    (message) => {
      const error = { message, code: 'invalid_parameter', param: 'prompt_cache_retention' };
      const sent = { model: 'm', prompt_cache_retention: '24h' };
      const recovery = responsesRecovery(parseFailure({ error }), 400, sent);
      expect(recovery).toMatchObject({ what: 'prompt_cache_retention dropped', remember: true });
      expect(recovery?.apply(request(LONG)).extra).toEqual({ prompt_cache_retention: undefined });
      expect(recovery?.isNeededFor?.(request(LONG))).toBe(true);
      expect(recovery?.isNeededFor?.(request(SHORT))).toBe(false);
    },
  );

  it('gets no routing key if it rejects the key', () => {
    const error = { message: 'Unknown parameter', code: 'unknown_parameter', param: 'prompt_cache_key' };
    const recovery = responsesRecovery(parseFailure({ error }), 400, { model: 'm', ...key });
    expect(recovery?.what).toBe('prompt_cache_key dropped');
    expect(recovery?.isNeededFor?.(request(SHORT))).toBe(true);
    expect(recovery?.isNeededFor?.(request(NONE))).toBe(false);
  });

  it('keeps members whose value is invalid', () => {
    const error = { message: 'Invalid value', code: 'invalid_parameter', param: 'temperature' };
    expect(responsesRecovery(parseFailure({ error }), 400, { model: 'm', temperature: 9 })).toBeUndefined();
  });
});
