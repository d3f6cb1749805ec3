import assert from 'node:assert/strict';
import { type AssistantPart, type ModelRequest, user, type VendorPart } from '@majordomo/core';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '@majordomo/testing/internal';
import type { WireRequest } from '../../wires/wire.ts';
import { assertSent, type Bench, chatRequest, onTarget, succeeded, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';

const BEFORE = 'Let me look that up.';
const QUERY = 'highest-mountain-5e2';
const AFTER = 'It is Mount Everest.';

const SEARCH_ANSWER: Answer = {
  parts: [
    { type: 'text', text: BEFORE },
    { type: 'vendor', text: QUERY, result: 'Everest - 8849 m' },
    { type: 'text', text: AFTER },
  ],
};

/** Vendor part that another vendor created. */
const FOREIGN_PART: VendorPart = {
  type: 'vendor',
  kind: 'search',
  text: QUERY,
  replay: { family: 'elsewhere', data: { query: QUERY } },
};

const continued = (parts: readonly AssistantPart[]): ModelRequest['messages'] => [
  user('What is the highest mountain?'),
  { role: 'assistant', parts },
  user('And where is it?'),
];

const isVendorPart = (part: AssistantPart): part is VendorPart => part.type === 'vendor';

/** Asserts, for each delivery, that a response contains its vendor parts, and that the next request sends them back. */
async function checkRoundTrip(
  harness: Harness,
  { generate, deliveries, model, server }: Bench,
): Promise<void> {
  let requests = 0;
  for (const delivery of deliveries()) {
    const { parts } = succeeded(await generate(chatRequest('hi'), { delivery }));
    const vendorParts = parts.filter(isVendorPart);
    assertVendorParts(parts, model.families[0]);
    const { warnings } = succeeded(
      await generate(chatRequest('', { messages: continued(parts) }), { delivery }),
    );
    assert.ok(!warnings.some(({ action }) => action === 'dropped'), 'a warning reports a dropped part');
    requests += 2;
    const { request } = assertSent(server, requests);
    assert.equal(request.vendorBlocks.length, vendorParts.length, 'not all vendor parts were sent back');
    assertSentUnchanged(harness, request);
  }
}

/** Asserts that the vendor parts are between the texts, contain the query, and can be sent back to the family of the model. */
function assertVendorParts(parts: readonly AssistantPart[], family: string | undefined): void {
  const vendorParts = parts.filter(isVendorPart);
  // A provider may divide the call and its result into several parts, which follow each other.
  const types = parts.map(({ type }) => type);
  const order = types.filter((type, at) => type !== 'vendor' || types[at - 1] !== 'vendor');
  assert.deepEqual(order, ['text', 'vendor', 'text'], 'the vendor part is at another position');
  assert.ok(
    vendorParts.some(({ text }) => text?.includes(QUERY)),
    'no part contains the query',
  );
  for (const { kind, replay } of vendorParts) {
    assert.notEqual(kind, '');
    assert.equal(replay.family, family);
  }
}

/** Asserts that a request contains the objects of the answer, unchanged and in their order, and the texts around them. */
function assertSentUnchanged(harness: Harness, request: WireRequest): void {
  const answerObjects = objectsIn(JSON.parse(harness.wire.complete(SEARCH_ANSWER, request).body));
  const positions = request.vendorBlocks.map((block) =>
    answerObjects.findIndex((one) => isDeepStrictEqual(one, block)),
  );
  assert.ok(!positions.includes(-1), `changed parts: ${JSON.stringify(request.vendorBlocks)}`);
  assertAscending(positions);
  const sent = JSON.stringify(request.messages);
  assertAscending([BEFORE, QUERY, AFTER].map((text) => sent.indexOf(text)));
}

/** Returns every object within a value, in document order. */
function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value, ...inside];
}

function assertAscending(places: readonly number[]): void {
  const isInOrder = places.every((place, at) => place > (places[at - 1] ?? -1));
  assert.ok(isInOrder, `sent back in another order: ${places.join(', ')}`);
}

/** Asserts that no request contains the part: one of the provider itself, and one of a chain, which also reports the part. */
async function checkForeignPartDropped(harness: Harness): Promise<void> {
  const messages = continued([{ type: 'text', text: BEFORE }, FOREIGN_PART, { type: 'text', text: AFTER }]);
  await withBench(harness, ['In Asia.'], async ({ generate, server }) => {
    succeeded(await generate(chatRequest('', { messages })));
    assertUnsent(assertSent(server));
  });
  await onTarget(harness, ['In Asia.'], async (generate, server) => {
    const { warnings } = await generate({ messages });
    assertUnsent(assertSent(server));
    assert.ok(
      // The warning of core names "parts that ran at another vendor".
      warnings.some(({ action, what }) => action === 'dropped' && what.includes('ran at')),
      'no warning reports the dropped part',
    );
  });
}

function assertUnsent({ request, body }: ReturnType<typeof assertSent>): void {
  assert.deepEqual(request.vendorBlocks, []);
  assert.ok(!JSON.stringify(body).includes(QUERY), 'the request contains the part of another vendor');
}

/** Cases of vendor parts, such as calls of tools that the vendor executed. */
export const vendorCases: readonly Case[] = [
  testCase('vendor-parts', 'vendor parts have their position and are sent back unchanged', (harness) =>
    withBench(
      harness,
      () => SEARCH_ANSWER,
      (bench) => checkRoundTrip(harness, bench),
    ),
  ),
  testCase(
    'vendor-foreign',
    'vendor parts of another vendor are dropped with a warning',
    checkForeignPartDropped,
  ),
];
