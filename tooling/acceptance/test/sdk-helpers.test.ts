import Anthropic from '@anthropic-ai/sdk';
import {
  createMajordomo,
  image,
  user,
  vendorResult,
  type AssistantMessage,
  type ToolMessage,
} from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { seeded } from '@majordomo/test-support';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { fetchOf } from '../src/bytes/exchange.ts';
import { fixtureOf } from '../src/sdk-types/fixture.ts';
import { typesIn } from '../src/sdk-types/program.ts';
import { SDK_WIRES, type SdkWire } from '../src/sdk-types/wires.ts';

type Block = Readonly<Record<string, unknown>>;

/** API whose SDK has a helper that joins a stream to content, which applications send back unchanged. */
interface Helper {
  readonly name: string;
  /** Member of a response that contains its blocks. */
  readonly blocks: string;
  /** Returns what the helper joins. */
  readonly joined: (fetch: typeof globalThis.fetch) => Promise<readonly object[]>;
  /** Returns the blocks of the model's turn, and those after it, in a request. */
  readonly sent: (body: unknown) => readonly unknown[];
  /** Returns what majordomo sends of a block that the helper joined. */
  readonly kept: (block: Block) => Block;
}

const apiKey = 'key';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const NEW = 'member_of_2027';

/** Returns the block without the members, and without a caller that is the default. */
function without(block: Block, ...members: readonly string[]): Block {
  const isDirect = asRecord(block['caller'])['type'] === 'direct';
  const removed = isDirect ? [...members, 'caller'] : members;
  return Object.fromEntries(Object.entries(block).filter(([name]) => !removed.includes(name)));
}

/** A request has no unknown members in these types, and only the citations without which a model stops citing. */
function keptByMessages(block: Block): Block {
  if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') return without(block, NEW);
  if (block['type'] === 'tool_use') return without(block, NEW);
  if (block['type'] !== 'text') return block;
  const citations = asList(block['citations']).filter((each) => 'encrypted_index' in asRecord(each));
  return citations.length === 0 ? without(block, NEW, 'citations') : { ...without(block, NEW), citations };
}

/** A message is its text, without annotations. Only servers of open models accept the text of reasoning, and no id is stored. */
function keptByResponses(item: Block): Block {
  switch (item['type']) {
    case 'message': {
      const pieces = asList(item['content']).map(asRecord);
      const text = pieces.map((piece) => String(piece['text'] ?? piece['refusal'])).join('');
      return { ...without(item, NEW), content: [{ type: 'output_text', text }] };
    }
    case 'reasoning':
      return without(item, NEW, 'id', 'status', 'content');
    case 'function_call':
      return without(item, NEW, 'parsed_arguments');
    case 'custom_tool_call':
      return without(item, NEW);
    default:
      return item;
  }
}

const HELPERS: readonly Helper[] = [
  {
    name: '@anthropic-ai/sdk',
    blocks: 'content',
    joined: async (fetch) => {
      const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'hi' }] };
      return (await new Anthropic({ apiKey, fetch }).messages.stream(request).finalMessage()).content;
    },
    sent: (body) => asList(asRecord(asList(asRecord(body)['messages'])[1])['content']),
    kept: keptByMessages,
  },
  {
    name: 'openai, Responses',
    blocks: 'output',
    joined: async (fetch) =>
      (await new OpenAI({ apiKey, fetch }).responses.stream({ model: 'm', input: 'hi' }).finalResponse())
        .output,
    sent: (body) => asList(asRecord(body)['input']).slice(1),
    kept: keptByResponses,
  },
];

const wireOf = (name: string): SdkWire => {
  const wire = SDK_WIRES.find((each) => each.name === name);
  if (wire === undefined) throw new Error(`${name} is not a wire`);
  return wire;
};
const { checker, find } = typesIn(HELPERS.map(({ name }) => wireOf(name).type.file));

/** Prefixes of the ids that the vendor accepts in a request. */
const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  custom_tool_call: 'ctc_',
};

/** Returns the block in a form in which a vendor sends it. */
function legal(block: Block): Block {
  const type = String(block['type']);
  const prefix = PREFIXES[type];
  const named = prefix === undefined ? block : { ...block, id: `${prefix}${String(block['id'])}` };
  return type === 'function_call' ? { ...named, arguments: '{"city":"Rome"}' } : named;
}

/** Blocks of programs are sent back only together, so that some of them are not a turn (see `programs.test.ts` of the providers). */
const OF_PROGRAMS = new Set(['program', 'program_output', 'code_execution_tool_result']);

/** Returns the blocks as they are in a turn without a program: each call is one of the model, and the vendor ran no code. */
const withoutPrograms = (blocks: readonly Block[]): readonly Block[] =>
  blocks
    .filter(({ type }) => !OF_PROGRAMS.has(String(type)))
    .map((block) => (block['caller'] === undefined ? block : { ...block, caller: { type: 'direct' } }))
    .map((block) => (block['name'] === 'code_execution' ? { ...block, name: 'web_search' } : block));

/** Returns a response with some of the blocks in random order, with a block of an unknown type, and with unknown members. */
function randomResponse(whole: Block, member: string, seed: number): Block {
  const random = seeded(seed + 1);
  const known = withoutPrograms(asList(whole[member]).map(asRecord));
  const content = known.filter(({ type }) => type === 'text' || type === 'message');
  const rest = [...known, { type: 'block_of_2027', id: 'new_1', content: 'new' }].filter(
    (block) => !content.includes(block),
  );
  const blocks = [...content];
  for (let count = 1 + random(8); count > 0; count--)
    blocks.splice(random(blocks.length + 1), 0, ...rest.splice(random(rest.length), 1));
  return {
    ...whole,
    [member]: blocks.map((block) => (random(2) === 0 ? legal(block) : { ...legal(block), [NEW]: { seed } })),
  };
}

/** Returns a result for each call of the turn. */
function resultsOf({ parts }: AssistantMessage): readonly ToolMessage[] {
  return parts.flatMap((part): readonly ToolMessage[] => {
    if (part.type === 'vendor-call')
      return [vendorResult(part, { content: part.kind === 'computer' ? [image(PNG)] : 'done' })];
    if (part.type !== 'tool-call') return [];
    const content = [{ type: 'text', text: 'done' }] as const;
    return [{ role: 'tool', parts: [{ type: 'tool-result', callId: part.id, name: part.name, content }] }];
  });
}

/** Streams the response to majordomo, and returns the blocks that the next request sends back. */
async function sentBack(wire: SdkWire, helper: Helper, response: Block): Promise<readonly unknown[]> {
  const bodies: unknown[] = [];
  const provider = wire.provider(({ body }) => {
    bodies.push(body);
    return wire.stream(response);
  });
  const model = createMajordomo({ providers: [provider] }).model(wire.spec);
  const { message } = await model.stream({ messages: [user('hi')], maxTokens: 100 }).response();
  const messages = [user('hi'), message, ...resultsOf(message)];
  await model.stream({ messages, maxTokens: 100 }).response();
  return helper.sent(bodies[1]);
}

describe('a turn is sent back as the SDK would send it', () => {
  describe.each(HELPERS)('over $name', (helper) => {
    const wire = wireOf(helper.name);
    const whole = asRecord(fixtureOf(checker, find(wire.type), wire.values).value);
    it.each(Array.from({ length: 40 }, (_, seed) => seed))('with random blocks, seed %i', async (seed) => {
      const response = randomResponse(whole, helper.blocks, seed);
      const joined = await helper.joined(fetchOf(() => wire.stream(response)));
      const sent = await sentBack(wire, helper, response);
      expect(sent.slice(0, joined.length)).toEqual(joined.map((block) => helper.kept(asRecord(block))));
    });
  });
});
