import assert from 'node:assert/strict';
import {
  assistant,
  createMajordomo,
  type FileReference,
  type FileReferences,
  type ModelRequest,
  toolResult,
  type TurnMessage,
  user,
} from '@majordomo/core';
import { assertSent, chatRequest, createBench, failed, PICTURE, succeeded, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { assertInOrder } from './leaves.ts';
import { ADD } from './tools.ts';

/** Image that has only the start and the end of a JPEG file. */
const PHOTO = Uint8Array.of(255, 216, 255, 224, 0, 16, 74, 70, 73, 70, 0, 1, 2, 3, 255, 217);

/** Wires that send the images of a message in a separate field. */
const WIRES_WITH_IMAGE_LIST: ReadonlySet<string> = new Set(['ollama-chat']);

/** Members of the body in which a wire has members of a model's own API, by the name of the wire. Others have them in the body. */
const EXTRA_MEMBER: Readonly<Record<string, string>> = { 'bedrock-converse': 'additionalModelRequestFields' };

/** Document with the start of a PDF file and bytes that are not valid UTF-8. */
const PAGE = Uint8Array.from([...new TextEncoder().encode('%PDF-1.7\n'), 0, 255, 254, 128]);

const PAGE_FILE = { type: 'file', mediaType: 'application/pdf', bytes: PAGE, name: 'page.pdf' } as const;

const CALL = { type: 'tool-call', name: 'add', json: '{"a":1,"b":2}' } as const;

/** Returns a request whose documents have a place at the vendor. */
function withPlace(request: ModelRequest, place: FileReference): ModelRequest {
  const messages = request.messages.map((message): TurnMessage => {
    if (message.role !== 'user') return message;
    const parts = message.parts.map((part) => (part.type === 'file' ? { ...part, file: place } : part));
    return { ...message, parts };
  });
  return { ...request, messages };
}

/** Asserts that a request contains either the reference of a document or its bytes, depending on the file storage of the vendor. */
const checkFileReference = (harness: Harness): Promise<void> =>
  withBench(harness, ['A page.'], async ({ provider, server, target }) => {
    const place = { id: 'file-7', uri: 'https://files.example/file-7', size: PAGE.length };
    const files: FileReferences = {
      aboveBytes: 1,
      retentionDays: () => 1,
      refer: (request) => Promise.resolve({ request: withPlace(request, place), warnings: [] }),
    };
    const majordomo = createMajordomo({ providers: [provider], files, env: {} });
    await majordomo.model(target).generate({ messages: [user('What is this?', PAGE_FILE)] });
    const sent = JSON.stringify(assertSent(server).body);
    const isStored = provider.files?.(harness.model)?.accepts(PAGE_FILE.mediaType, PAGE.length) === true;
    assert.equal(sent.includes(place.id), isStored, 'the reference is sent to the wrong vendor');
    const hasBytes = sent.includes(Buffer.from(PAGE).toString('base64'));
    assert.equal(hasBytes, !isStored, 'the bytes are sent although the vendor has them, or are not sent');
  });

/** Asserts that the messages of each request begin with the messages of the previous request. */
async function checkStablePrefix(harness: Harness): Promise<void> {
  const script = [{ id: 't1', parts: [CALL] }, { id: 't2', parts: [CALL, CALL] }, 'three', 'four'];
  await withBench(harness, script, async ({ generate, server }) => {
    const messages: TurnMessage[] = [user('begin')];
    for (let turn = 0; turn < script.length; turn++) {
      const { parts, toolCalls } = succeeded(
        await generate(chatRequest('', { messages: [...messages], tools: [ADD] })),
      );
      const results = toolCalls.map(({ id, name }) => ({
        callId: id,
        name,
        content: `result of turn ${turn}`,
      }));
      messages.push(
        { role: 'assistant', parts },
        results.length === 0 ? user('continue') : toolResult(results),
      );
    }
    const turns = server.requests.map(({ request }) =>
      request.messages.map((message) => JSON.stringify(message)),
    );
    for (const [n, before] of turns.slice(0, -1).entries()) {
      assert.deepEqual(
        turns[n + 1]?.slice(0, before.length),
        before,
        `turn ${n + 2} changes messages of turn ${n + 1}`,
      );
    }
  });
}

/** Freezes a value deeply, except typed arrays, which cannot be frozen. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const item of Object.values(value)) freezeDeep(item);
  return Object.freeze(value);
}

/** Cases that check the contents of requests. */
export const requestCases: readonly Case[] = [
  testCase('local-refusal', 'an invalid limit is rejected before a request is sent', (harness) =>
    withBench(harness, [], async ({ generate, server }) => {
      for (const maxTokens of [0, -1, Number.NaN, 1.5]) {
        failed(await generate(chatRequest('hi', { maxTokens })), 'invalid-request', 'config');
      }
      assert.equal(server.requests.length, 0);
    }),
  ),
  testCase('missing-key', 'a call without an API key fails with auth and sends no request', (harness) =>
    withBench(harness, [], async ({ server }) => {
      const provider = await harness.open({ baseURL: server.baseURL, server, apiKey: undefined });
      failed(await createBench(harness, provider, server).generate(), 'auth');
      assert.equal(server.requests.length, 0);
    }),
  ),
  testCase(
    'prefix-stability',
    'earlier messages are sent again byte for byte, so that a prompt cache matches',
    checkStablePrefix,
  ),
  testCase('image', 'images are sent byte for byte, each at its position', (harness) =>
    withBench(harness, ['A cat.'], async ({ generate, server }) => {
      const png = { type: 'image', mediaType: 'image/png', bytes: PICTURE } as const;
      const jpeg = { type: 'image', mediaType: 'image/jpeg', bytes: PHOTO } as const;
      const messages = [user('one-3a1', png, 'two-3b2', jpeg, 'three-3c3')];
      succeeded(await generate(chatRequest('', { messages })));
      const { body, request } = assertSent(server);
      assert.deepEqual(
        request.images,
        [png, jpeg].map(({ mediaType, bytes }) => ({ mediaType, bytes })),
      );
      if (WIRES_WITH_IMAGE_LIST.has(harness.wire.name)) return;
      const [first, second] = [PICTURE, PHOTO].map((bytes) => Buffer.from(bytes).toString('base64'));
      assert.ok(first !== undefined && second !== undefined);
      assertInOrder(body, ['one-3a1', first, 'two-3b2', second, 'three-3c3']);
    }),
  ),
  testCase(
    'file',
    'a document is sent byte for byte, or by reference if the vendor stores it',
    async (harness) => {
      await withBench(harness, ['A page.'], async ({ generate, server }) => {
        succeeded(await generate(chatRequest('', { messages: [user('What is this?', PAGE_FILE)] })));
        const sent = JSON.stringify(assertSent(server).body);
        assert.ok(sent.includes(Buffer.from(PAGE).toString('base64')), 'the bytes are not in the body');
      });
      await checkFileReference(harness);
    },
  ),
  testCase('system', 'the request contains the system text and the token limit', (harness) =>
    withBench(harness, ['Aye.'], async ({ generate, server }) => {
      const options = { system: 'Talk like a pirate.\n\n  Always.', maxTokens: 123 };
      succeeded(await generate(chatRequest('hi', options)));
      const { system, maxTokens } = assertSent(server).request;
      assert.deepEqual({ system, maxTokens }, options);
    }),
  ),
  testCase(
    'request-extra',
    'the request contains the members of `extra`, or a warning names them',
    (harness) =>
      withBench(harness, ['Aye.'], async ({ generate, server }) => {
        const members = { extra_plain: 'plain-7a1', extra_nested: { inner: [{ value: 'nested-7a2' }] } };
        const place = EXTRA_MEMBER[harness.wire.name];
        const extra = place === undefined ? members : { [place]: members };
        // A server that rejects unknown members has still received them.
        const { warnings } = await generate(chatRequest('hi', { extra }));
        const sent = JSON.stringify(server.requests.map(({ body }) => body));
        for (const [name, member] of Object.entries(members)) {
          const isNamed = warnings.some(({ what }) => what.includes(name) || what.includes('extra'));
          assert.ok(isNamed || sent.includes(JSON.stringify(member)), `${name} is not in the body`);
        }
      }),
  ),
  testCase('lone-surrogate', 'an unpaired surrogate is not sent', (harness) =>
    withBench(harness, ['Aye.'], async ({ generate, server }) => {
      const half = 'cut \ud83d here';
      const messages = [user(half), assistant(half), user(`${half}, again`)];
      succeeded(await generate(chatRequest('', { system: half, messages })));
      const sent = JSON.stringify(assertSent(server).body);
      assert.ok(sent.includes('cut \ufffd here, again'), 'the rest of the text is not in the body');
    }),
  ),
  testCase('frozen', 'a frozen request works and is not changed', (harness) =>
    withBench(harness, ['done'], async ({ generate }) => {
      const request: ModelRequest = freezeDeep(
        chatRequest('', {
          system: 'Add.',
          tools: [structuredClone(ADD)],
          maxTokens: 50,
          messages: [
            user('1 + 2?'),
            {
              role: 'assistant',
              parts: [{ type: 'tool-call', id: 'call_1', name: 'add', args: { a: 1, b: 2 } }],
            },
            toolResult({ callId: 'call_1', name: 'add', content: '3' }),
          ],
        }),
      );
      const before = structuredClone(request);
      succeeded(await generate(request));
      assert.deepEqual(request, before);
    }),
  ),
];
