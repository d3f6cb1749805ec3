import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, defineTool, type RunState } from '@majordomo/agent';
import { createMajordomo, fromJson, type AssistantPart, type Message } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { continueConversation, openVendor } from '../src/handoff.ts';
import { HANDOFF_SIDES } from '../src/handoff-sides.ts';
import { SIDES, WORKERS_AI } from '../src/wires.ts';

/** Reads what version 1.0.0 of 2026-11-24 stored, before messages had vendor calls, blobs and generated media. */
const stored = (name: string): unknown =>
  fromJson(JSON.parse(readFileSync(join(import.meta.dirname, 'stored', `${name}-2026-11-24.json`), 'utf8')));

interface StoredTranscript {
  readonly model: string;
  readonly messages: readonly Message[];
}

const transcripts = stored('transcripts') as Readonly<Record<string, StoredTranscript>>;

describe('a transcript that an earlier version stored', () => {
  it.each([...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const))(
    'from %s continues on the same wire, with its replay data, and on every other wire',
    async (name, side) => {
      const { messages = [] } = transcripts[name] ?? {};
      expect(messages.length).toBeGreaterThan(0);
      const same = openVendor(side, 'same');
      await continueConversation(same.model, messages, 2);
      expect(same.refused).toEqual([]);
      for (const [, to] of HANDOFF_SIDES) {
        const other = openVendor(to, 'other');
        await continueConversation(other.model, messages, 1);
        expect([to.wire.name, other.refused]).toEqual([to.wire.name, []]);
      }
    },
    60_000,
  );

  it.each(['anthropic-messages', 'openai-responses', 'gemini-generate', 'bedrock-converse'])(
    'from %s sends back its signed reasoning',
    async (name) => {
      const side = SIDES.find(({ wire }) => wire.name === name);
      if (side === undefined) throw new Error(`${name} is not a wire`);
      const { messages = [] } = transcripts[name] ?? {};
      const signatures = messages
        .flatMap((message): readonly AssistantPart[] => (message.role === 'assistant' ? message.parts : []))
        .flatMap(({ replay }) => signaturesOf(replay?.data));
      // The replay data of some vendors is valid only for the provider that created it.
      const vendor = openVendor(side, 'first');
      await continueConversation(vendor.model, messages, 1);
      const body = JSON.stringify(vendor.bodies[0]);
      expect(signatures.length).toBeGreaterThan(0);
      expect(signatures.filter((signature) => !body.includes(signature))).toEqual([]);
    },
  );
});

/** Returns the signatures in replay data, which are longer than its ids. */
const signaturesOf = (data: unknown): readonly string[] =>
  (typeof data === 'string' ? [data] : Object.values(asRecord(data))).filter(
    (value): value is string => typeof value === 'string' && value.length > 20,
  );

it('a run that an earlier version stored continues with a decision', async () => {
  const paid: unknown[] = [];
  const pay = defineTool({
    name: 'pay',
    description: 'Pays',
    parameters: { type: 'object', properties: { cents: { type: 'number' } } },
    approval: true,
    run: (args) => {
      paid.push(args);
      return 'paid';
    },
  });
  const provider = fakeProvider({ id: 'fake', models: { m: ['Done.'] } });
  const model = createMajordomo({ providers: [provider] }).model('fake/m');
  const agent = createAgent({
    model,
    tools: [pay],
  });
  const state = stored('run') as RunState;
  const { text, done } = await agent.run(state, { decisions: [{ callId: 'p', approve: true }] });
  expect([text, done, paid]).toEqual(['Done.', 'answered', [{ cents: 5000 }]]);
});
