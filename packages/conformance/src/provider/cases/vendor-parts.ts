import assert from 'node:assert/strict';
import { type AssistantPart, type ModelRequest, user, type VendorPart } from '@majordomo/core';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../wires/answer.ts';
import { type Bench, withBench, onlyRequest, chatRequest, succeeded } from '../bench.ts';
import { onTarget } from '../chain/target.ts';
import type { Case, Harness } from '../harness.ts';

const BEFORE = 'Let me look that up.';
const QUERY = 'highest-mountain-5e2';
const AFTER = 'It is Mount Everest.';

const SEARCHED: Answer = {
  parts: [
    { type: 'text', text: BEFORE },
    { type: 'vendor', text: QUERY, result: 'Everest - 8849 m' },
    { type: 'text', text: AFTER },
  ],
};

/** Who can read it is nobody here. */
const ELSEWHERE: VendorPart = {
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

const isOfVendor = (part: AssistantPart): part is VendorPart => part.type === 'vendor';

async function goesAndComes(harness: Harness, bench: Bench): Promise<void> {
  const { generate, deliveries, model, server } = bench;
  for (const [turn, delivery] of deliveries().entries()) {
    const { parts } = succeeded(await generate(chatRequest('hi'), { delivery }));
    const ran = parts.filter(isOfVendor);
    assert.deepEqual(
      parts.flatMap((part, at) => (isOfVendor(part) && parts[at - 1]?.type === 'vendor' ? [] : [part.type])),
      ['text', 'vendor', 'text'],
      'what ran at the vendor has lost its place among the parts',
    );
    assert.ok(
      ran.some(({ text }) => text?.includes(QUERY)),
      'no part says what was searched for',
    );
    for (const { kind, replay } of ran) {
      assert.notEqual(kind, '');
      assert.equal(replay.family, model.families[0]);
    }
    const { warnings } = succeeded(
      await generate(chatRequest('', { messages: continued(parts) }), { delivery }),
    );
    assert.ok(
      !warnings.some(({ action }) => action === 'dropped'),
      'a warning says that something was dropped',
    );
    const { request } = onlyRequest(server, 2 * turn + 2);
    assert.equal(request.vendorBlocks.length, ran.length, 'not all of it went back');
    const said = objectsIn(JSON.parse(harness.wire.complete(SEARCHED, request).body));
    const known = request.vendorBlocks.map((block) => said.findIndex((one) => isDeepStrictEqual(one, block)));
    assert.ok(!known.includes(-1), `changed on its way: ${JSON.stringify(request.vendorBlocks)}`);
    assertAscending(known);
    const sent = JSON.stringify(request.messages);
    assertAscending([BEFORE, QUERY, AFTER].map((words) => sent.indexOf(words)));
  }
}

/** Every object inside of a value, in the order in which it stands there. */
function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value, ...inside];
}

function assertAscending(places: readonly number[]): void {
  const isInOrder = places.every((place, at) => place > (places[at - 1] ?? -1));
  assert.ok(isInOrder, `it went back in another order: ${places.join(', ')}`);
}

async function isLeftOut(harness: Harness): Promise<void> {
  const messages = continued([{ type: 'text', text: BEFORE }, ELSEWHERE, { type: 'text', text: AFTER }]);
  await withBench(harness, ['In Asia.'], async ({ generate, server }) => {
    succeeded(await generate(chatRequest('', { messages })));
    assertUnsent(onlyRequest(server));
  });
  await onTarget(harness, ['In Asia.'], async (ask, server) => {
    const { warnings } = await ask({ messages });
    assertUnsent(onlyRequest(server));
    assert.ok(
      warnings.some(({ action, what }) => action === 'dropped' && what.includes('ran at')),
      'nothing tells that it was left out',
    );
  });
}

function assertUnsent({ request, body }: ReturnType<typeof onlyRequest>): void {
  assert.deepEqual(request.vendorBlocks, []);
  assert.ok(!JSON.stringify(body).includes(QUERY), 'a vendor sees what ran at another');
}

/** What ran at the vendor. */
export const vendorCases: readonly Case[] = [
  {
    name: 'what ran at the vendor has its place among the parts, and goes back unchanged',
    scenario: 'vendor-parts',
    run: (harness) =>
      withBench(
        harness,
        () => SEARCHED,
        (bench) => goesAndComes(harness, bench),
      ),
  },
  {
    name: 'what ran at another vendor is not sent, with a warning',
    scenario: 'vendor-foreign',
    run: isLeftOut,
  },
];
