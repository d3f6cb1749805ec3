import { catalog } from '@majordomo/catalog';
import {
  startWireServer,
  type Answer,
  type Script,
  type Step,
  type WireServer,
} from '@majordomo/conformance';
import { ROOT, testServer } from '@majordomo/test-support';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHAT_PAGE, pageOf, rowsOf, withChatRow } from '../src/live/chat-page.ts';
import { CHAT_VENDORS, WITHOUT_CHAT_CHECK } from '../src/live/chat-vendors.ts';
import { CHAT_CASE_NAMES, runChatCase, type ChatCaseName, type ChatVendor } from '../src/live/chat.ts';
import { ALL_PROFILES } from '../src/profiles.ts';
import { SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

const rowOf = (name: string): ChatVendor => {
  const row = CHAT_VENDORS.find((each) => each.name === name);
  if (row === undefined) throw new Error(`no row for ${name}`);
  return row;
};

/** Wires, each with the row of a vendor that uses it. */
const WIRES = (
  [
    ['openai-chat', 'openai'],
    ['openai-responses', 'openai over Responses'],
    ['anthropic-messages', 'anthropic'],
    ['gemini-generate', 'google'],
    ['bedrock-converse', 'bedrock'],
    ['ollama-chat', 'ollama-cloud'],
    ['workersai-run', 'cloudflare'],
  ] as const
).map(([wire, row]): readonly [string, ChatVendor, Side] => {
  const side = [...SIDES, WORKERS_AI].find((each) => each.wire.name === wire);
  if (side === undefined) throw new Error(`no provider for ${wire}`);
  return [wire, rowOf(row), side];
});

/** Returns the row with a provider that calls a server on this machine. */
const at = (row: ChatVendor, side: Side, baseURL: string): ChatVendor => ({
  ...row,
  provider: side.provider(row.provider.id, baseURL),
});

const said = (...parts: Answer['parts']): Answer => ({ parts });
const WEATHER = { type: 'tool-call', name: 'weather', json: '{"city":"Oslo"}' } as const;
const COUNTING = Array.from({ length: 400 }, (_, index) => index + 1).join(' ');

/** Answers of a vendor that passes every case. */
const RIGHT: Readonly<Record<ChatCaseName, Script>> = {
  generate: ['Oslo'],
  stream: [COUNTING],
  tool: ({ request }): Step => (request.toolResults.length === 0 ? said(WEATHER) : '17 degrees.'),
  object: ['{"city":"Oslo","country":"Norway"}'],
  image: ({ request }) => (request.images.length === 1 ? 'Red.' : 'There is no image.'),
  reasoning: [
    {
      ...said({ type: 'reasoning', text: 'Count them.' }, { type: 'text', text: '24' }),
      usage: { input: 20, output: 40, reasoning: 30 },
    },
  ],
  abort: [{ fault: 'slow', everyMs: 5, answer: said({ type: 'text', text: COUNTING, chunks: 4 }) }],
  'wrong key': [{ failure: 'auth' }],
  'unknown model': [{ failure: 'not-found' }],
};

/** Script of a vendor that answers each request, but reports no usage and ignores the question. */
const wrongScript = (name: ChatCaseName): Script =>
  name === 'abort'
    ? () => ({ failure: 'invalid' })
    : () => ({ ...said({ type: 'text', text: 'ok' }), usage: false });

async function problemOf(
  name: ChatCaseName,
  [, row, side]: (typeof WIRES)[number],
  script: Script,
): Promise<string | undefined> {
  await using server: WireServer = await startWireServer({ wire: side.wire, script });
  return (await runChatCase(name, at(row, side, server.baseURL), {})).problem;
}

describe.each(WIRES)('the live check of chats over %s', (...wire) => {
  it.each(CHAT_CASE_NAMES)('passes at a vendor that behaves as expected: %s', async (name) => {
    expect(await problemOf(name, wire, RIGHT[name])).toBeUndefined();
  });

  it.each(CHAT_CASE_NAMES)('fails at a vendor that behaves differently: %s', async (name) => {
    expect(await problemOf(name, wire, wrongScript(name))).toEqual(expect.any(String));
  });
});

it('the live check replaces only the key in the environment for the case of a wrong key', async () => {
  const keys: unknown[] = [];
  await using server = await testServer((response, { headers }) => {
    keys.push(headers['authorization']);
    response.writeHead(401).end();
  });
  const env = { OPENAI_API_KEY: 'right', OPENAI_BASE_URL: server.origin };
  for (const name of ['generate', 'wrong key'] as const) await runChatCase(name, rowOf('openai'), env);
  expect(keys).toEqual(['Bearer right', expect.stringMatching(/^Bearer sk-wrong-0+$/)]);
});

describe('the vendors of the live check', () => {
  const named = CHAT_VENDORS.map(({ name }) => name.replace(' over Responses', ''));

  it('are all profiles and providers, except those with a reason', () => {
    const without = Object.keys(WITHOUT_CHAT_CHECK);
    const profiles = ALL_PROFILES.map(({ id }) => id);
    expect([...new Set(profiles)].filter((id) => !named.includes(id) && !without.includes(id))).toEqual([]);
    expect(without.filter((id) => named.includes(id))).toEqual([]);
    expect(new Set(CHAT_VENDORS.map(({ name }) => name)).size).toBe(CHAT_VENDORS.length);
  });

  it.each(CHAT_VENDORS.map((row) => [row.name, row] as const))(
    '%s has a cheap model with the abilities that the catalog states',
    async (_name, { provider, key, model: id, cannot }) => {
      expect(key).toMatch(/^[A-Z_]+$/);
      const vendor = provider.vendor ?? provider.id;
      if (!catalog.vendors.includes(vendor)) return;
      const found = await catalog.find(vendor, id);
      expect(found?.by).toBe('id');
      const { tools, reasoning, input, retires, prices } = found!.model;
      expect(retires ?? '9999').toMatch(/^(?:202[7-9]|9999)/);
      if (tools !== undefined) expect(cannot.includes('tool')).toBe(!tools);
      if (reasoning !== undefined) expect(cannot.includes('reasoning')).toBe(!reasoning);
      expect(cannot.includes('image')).toBe(!input.includes('image'));
      // 2,000 output tokens cost at most one cent.
      expect(prices.at(-1)?.rates.output ?? 0).toBeLessThanOrEqual(5_000_000);
    },
  );
});

describe('the page of the live checks', () => {
  const [first, second] = [rowOf('openai'), rowOf('groq')];
  const day = new Date('2026-11-29T10:00:00Z');
  const passed = { problem: undefined, nanoUsd: 1_200_000n };

  it('has no rows before the first check', () => {
    expect(pageOf()).toContain('\nNo vendor has been checked yet.\n');
  });

  it('of the repository has the current text', () => {
    const page = readFileSync(join(ROOT, CHAT_PAGE), 'utf8');
    expect(pageOf(rowsOf(page))).toBe(page);
  });

  it('has one row per vendor, which the next check replaces', () => {
    const one = withChatRow(pageOf(), first, new Map([['generate', { ...passed, problem: 'no' }]]), day);
    const two = withChatRow(one, second, new Map([['generate', { ...passed, nanoUsd: undefined }]]), day);
    const three = withChatRow(
      two,
      first,
      new Map([
        ['generate', passed],
        ['stream', passed],
      ]),
      new Date('2026-12-01'),
    );
    const rows = three
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.replaceAll(/ +/g, ' '));
    expect(rows.slice(2)).toEqual([
      '| groq | `openai/gpt-oss-20b` | 2026-11-29 | ✓ | – | – | – | – | – | – | – | – | unknown |',
      '| openai | `gpt-5.6-luna` | 2026-12-01 | ✓ | ✓ | – | – | – | – | – | – | – | $0.0024 |',
    ]);
    expect(one).toContain('| ✗');
  });
});
