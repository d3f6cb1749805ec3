import { describe, expect, it } from 'vitest';
import { assistant, user, type AssistantPart, type Capabilities } from '../index.ts';
import { fitRequest } from './fit-request.ts';

const { signal } = new AbortController();
const text: AssistantPart = { type: 'text', text: 'I search.' };
const search = (family: string): AssistantPart => ({
  type: 'vendor',
  kind: 'web_search',
  replay: { family, data: { item: { type: 'web_search_call' } } },
});

async function rolesAndWarnings(parts: readonly AssistantPart[], capabilities: Capabilities) {
  const model = { id: 'x', families: ['mine'], capabilities, stream: () => expect.unreachable() };
  const { request, warnings } = await fitRequest(
    { messages: [user('hi'), assistant(parts)] },
    { target: 'a/x', providerId: 'a', model, media: undefined, scope: { signal } },
  );
  return [request.messages.map(({ role }) => role), warnings.map(({ action, what }) => `${action} ${what}`)];
}

const DROPPED = 'dropped parts that ran at another vendor';

describe('a turn that a vendor paused', () => {
  it('is followed by a request to continue, for a model of another vendor that accepts no prefill', async () => {
    expect(await rolesAndWarnings([text, search('theirs')], { prefill: false })).toEqual([
      ['user', 'assistant', 'user'],
      [DROPPED, 'emulated continuation of a paused turn'],
    ]);
  });

  it.each<[string, readonly AssistantPart[], Capabilities, readonly string[]]>([
    ['the vendor that paused it', [text, search('mine')], { prefill: false }, []],
    ['a model with prefill', [text, search('theirs')], { prefill: true }, [DROPPED]],
    ['a model whose capabilities are unknown', [text, search('theirs')], {}, [DROPPED]],
  ])('is the last message for %s', async (_name, parts, capabilities, warnings) => {
    expect(await rolesAndWarnings(parts, capabilities)).toEqual([['user', 'assistant'], warnings]);
  });
});
