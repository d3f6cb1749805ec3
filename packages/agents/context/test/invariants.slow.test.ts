import { isDeepStrictEqual } from 'node:util';
import type { Message } from '@majordomo/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateMessage } from '@majordomo/catalog/tokens';
import { transcript } from './support/transcripts.ts';
import { setUpCompactor, type CompactorSetup } from './support/compactor-setup.ts';

/** Number of random transcripts. SOAK=1, as in the nightly run, tests 10,000. */
const RUNS = process.env['SOAK'] === undefined ? 200 : 10_000;

const weight = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + estimateMessage(message), 0);

/** Returns violations of the transcript rules. */
function faultsOf(messages: readonly Message[]): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [at, message] of messages.entries()) {
    const before = messages[at - 1]?.role;
    if (message.role === 'system' && at > 0 && before !== 'system') faults.push(`${at}: system`);
    if (message.role === 'tool')
      for (const { callId } of message.parts)
        if (open.shift() !== callId) faults.push(`${at}: orphan ${callId}`);
    if (message.role === 'tool') continue;
    if (open.length > 0) faults.push(`${at}: no result of ${open.join()}`);
    open.length = 0;
    if (message.role === before) faults.push(`${at}: ${message.role} twice`);
    if (message.role === 'assistant')
      for (const part of message.parts) if (part.type === 'tool-call') open.push(part.id);
  }
  return open.length === 0 ? faults : [...faults, `no result of ${open.join()}`];
}

/** Checks the requirements of every wire format and the documented promises. */
async function expectValidCompaction(
  input: readonly Message[],
  { compactor }: CompactorSetup,
  force: boolean,
): Promise<boolean> {
  const copy = structuredClone(input);
  const { messages, lineage, skipped } = await compactor.run(input, { force });
  expect(isDeepStrictEqual(input, copy)).toBe(true);
  expect((lineage === undefined) !== (skipped === undefined)).toBe(true);
  expect(faultsOf(messages)).toEqual([]);
  expect(weight(messages)).toBeLessThanOrEqual(weight(input));
  expect(messages).toContain(input.findLast(({ role }) => role === 'user'));
  if (lineage === undefined) {
    expect(messages).toBe(input);
    return false;
  }
  const systems = input.filter(({ role }) => role === 'system');
  expect(messages.slice(0, systems.length)).toEqual(systems);
  const head = input.slice(0, systems.length + 3);
  for (const [at, message] of head.entries()) expect(messages[at]).toBe(message);
  const tail = input.slice(lineage.to);
  expect(tail.length).toBeGreaterThanOrEqual(3);
  for (const [at, message] of tail.toReversed().entries()) expect(messages.at(-1 - at)).toBe(message);
  expect(lineage.tokensAfter).toBeLessThan(lineage.tokensBefore);
  await expectStableOutput(messages, compactor);
  return true;
}

/** Checks that the output is compacted again only if one prompt could not contain it, and then stays the same. */
async function expectStableOutput(
  output: readonly Message[],
  compactor: CompactorSetup['compactor'],
): Promise<void> {
  let messages = output;
  for (let runs = 0; runs < 40; runs++) {
    const again = await compactor.run(messages);
    expect(faultsOf(again.messages)).toEqual([]);
    if (again.skipped !== undefined) {
      expect(again.messages).toBe(messages);
      return;
    }
    messages = again.messages;
  }
  throw new Error('the output did not become stable within 40 runs');
}

describe(`${RUNS} random transcripts`, () => {
  it(
    'are compacted to valid transcripts that fulfill the documented promises',
    { timeout: 240_000 },
    async () => {
      let compacted = 0;
      const property = fc.asyncProperty(transcript, fc.boolean(), async (input, force) => {
        const setup = setUpCompactor('Sum.', { contextTokens: 900, summarizerTokens: 100_000 });
        if (await expectValidCompaction(input, setup, force)) compacted++;
      });
      await fc.assert(property, { numRuns: RUNS, seed: 24 });
      expect(compacted).toBeGreaterThan(RUNS * 0.3);
    },
  );

  it('result in the same prompt if they are compacted again', { timeout: 240_000 }, async () => {
    const property = fc.asyncProperty(transcript, async (input) => {
      const [first, second] = [setUpCompactor(), setUpCompactor()];
      await first.compactor.run(input, { force: true });
      await second.compactor.run(structuredClone(input), { force: true });
      expect(second.prompts()).toEqual(first.prompts());
    });
    await fc.assert(property, { numRuns: RUNS, seed: 24 });
  });
});
