import { seededRandom } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { hashRequest, newItems, stateAfter } from './increment.ts';

type Item = Record<string, unknown>;

const ROUNDS = process.env['SOAK'] === undefined ? 500 : 10_000;

const message = (text: string): Item => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const call = (id: string, args: object): Item => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: id,
  name: 'look_up',
  arguments: JSON.stringify(args),
});
const reasoning = (secret: string): Item => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  encrypted_content: secret,
});
const result = (id: string): Item => ({ type: 'function_call_output', call_id: id, output: 'found' });
const question = (text: string): Item => ({ role: 'user', content: [{ type: 'input_text', text }] });

/** How a transcript sends an output item back: without ids, and with arguments in another form. */
function echoOf(item: Item): Item {
  const { id: _id, status: _status, ...rest } = item;
  if (item['type'] === 'function_call')
    return { ...rest, arguments: JSON.stringify(JSON.parse(String(item['arguments'])), undefined, 2) };
  if (item['type'] !== 'message') return rest;
  const content = item['content'] as readonly { text: string }[];
  return { role: 'assistant', content: content.map(({ text }) => ({ type: 'output_text', text })) };
}

const OUTPUT = [reasoning('s3cret'), message('Let me look.'), call('call_1', { page: 1, of: 2 })];
const INPUT = [question('What is on page 1?')];
const BODY = {
  model: 'gpt-5',
  instructions: 'Be brief.',
  store: false,
  tools: [{ type: 'function', name: 'look_up' }],
};

const stateOf = (input: readonly Item[], output: readonly Item[] = OUTPUT) =>
  stateAfter(hashRequest({ ...BODY, input }), { id: 'resp_1', output });

function itemsFor(body: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const state = stateOf(INPUT);
  if (state === undefined) throw new Error('no state');
  return newItems(state, hashRequest(body), body);
}

const NEXT = [...INPUT, ...OUTPUT.map(echoOf), result('call_1')];

describe('an increment', () => {
  it('contains the items after the echo of the output, whatever the form of arguments and ids', () => {
    expect(itemsFor({ ...BODY, input: NEXT })).toEqual([result('call_1')]);
  });

  it('permits other values of members that each request sends', () => {
    const other = { max_output_tokens: 9, metadata: { a: 'b' }, tool_choice: 'auto', prompt_cache_key: 'k' };
    expect(itemsFor({ ...BODY, ...other, input: NEXT })).toEqual([result('call_1')]);
  });

  it('ignores the mark of a cached prefix, which moves from turn to turn', () => {
    const marked = {
      role: 'user',
      content: [{ type: 'input_text', text: 'What is on page 1?', prompt_cache_breakpoint: {} }],
    };
    expect(itemsFor({ ...BODY, input: [marked, ...NEXT.slice(1)] })).toEqual([result('call_1')]);
  });

  it.each<[string, object]>([
    ['other instructions', { instructions: 'Be long.', input: NEXT }],
    ['other tools', { tools: [], input: NEXT }],
    ['another model', { model: 'gpt-6', input: NEXT }],
    ['an edited question', { input: [question('What is on page 2?'), ...NEXT.slice(1)] }],
    [
      'masked text in the answer',
      { input: NEXT.map((item, at) => (at === 2 ? echoOf(message('***')) : item)) },
    ],
    ['a dropped reasoning item', { input: NEXT.filter((_, at) => at !== 1) }],
    ['other reasoning', { input: NEXT.map((item, at) => (at === 1 ? reasoning('other') : item)) }],
    ['other arguments', { input: NEXT.map((item, at) => (at === 3 ? call('call_1', { page: 2 }) : item)) }],
    ['a compacted history', { input: [question('Summary'), result('call_1')] }],
    ['no new item', { input: NEXT.slice(0, -1) }],
    ['a text as input', { input: 'What is on page 1?' }],
    ['a conversation of the API', { conversation: 'conv_1', input: NEXT }],
  ])('is not sent for %s', (_, change) => {
    expect(itemsFor({ ...BODY, ...change })).toBeUndefined();
  });

  it('is not sent after an output item without an id and a known meaning', () => {
    const output = [{ type: 'unknown', data: 1 }];
    const state = stateOf(INPUT, output);
    const body = { ...BODY, input: [...INPUT, ...output, question('and now?')] };
    expect(state && newItems(state, hashRequest(body), body)).toBeUndefined();
  });

  it('is not sent after a response without an id', () => {
    expect(stateAfter(hashRequest({ ...BODY, input: INPUT }), { output: [] })).toBeUndefined();
  });

  it(`is never wrong in ${ROUNDS} random edits of histories`, () => {
    const random = seededRandom(7);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const newItem = (): Item => pick([question, message, reasoning])(pick(['a', 'b', 'c']));
    const many = (count: number): Item[] =>
      Array.from({ length: Math.floor(random() * count) }, () =>
        random() < 0.3 ? call('c', { n: 1 }) : newItem(),
      );
    let increments = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const input = many(5);
      const output = many(4);
      const next = [...input, ...output.map(echoOf), ...many(3)];
      for (let edits = Math.floor(random() * 3); edits > 0; edits--) {
        const at = Math.floor(random() * next.length);
        const edit = pick(['replace', 'remove', 'insert', 'swap']);
        if (edit === 'replace') next[at] = newItem();
        if (edit === 'remove') next.splice(at, 1);
        if (edit === 'insert') next.splice(at, 0, newItem());
        if (edit === 'swap') next.reverse();
      }
      const state = stateOf(input, output);
      const body = { ...BODY, input: next };
      const items = state && newItems(state, hashRequest(body), body);
      if (items === undefined) continue;
      increments++;
      // The server's conversation with the increment must mean the same as the complete input.
      const server = [...input, ...output.map(echoOf), ...items];
      expect(server.map(plain)).toEqual(next.map(plain));
    }
    expect(increments).toBeGreaterThan(ROUNDS / 20);
  });
});

/** Meaning of an item without the code under test. */
function plain(item: unknown): unknown {
  const {
    type,
    role,
    content,
    call_id: callId,
    name,
    arguments: args,
    encrypted_content: secret,
    output,
  } = item as Item;
  const texts = Array.isArray(content)
    ? content.map((part: { text: string }) => part.text).join('')
    : content;
  const parsed: unknown = typeof args === 'string' ? JSON.parse(args) : args;
  return { type: type ?? 'message', role, texts, callId, name, args: parsed, secret, output };
}
