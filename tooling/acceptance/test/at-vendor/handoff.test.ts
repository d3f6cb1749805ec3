import type { AssistantPart, VendorPart } from '@majordomo/core';
import {
  hasRecordings,
  playback,
  recordings,
  skippedNote,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/at-vendor/oracle.ts';
import { canonical, played, turns } from '../../src/at-vendor/played.ts';
import { open } from '../../src/handoff.ts';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../../src/wires.ts';

const WIRES = ['anthropic-messages', 'openai-responses', 'gemini-generate', 'bedrock-converse'];
const ran = recordings().filter(
  (recording) =>
    WIRES.includes(recording.expected.wire) &&
    recording.status === 200 &&
    recording.expected.error === null &&
    rowsOf(recording).some(({ type }) => type === 'vendor'),
);
const sides: readonly (readonly [name: string, side: Side])[] = [
  ...[...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const),
  ...CHAT_SIDES,
];

let server: Playback;
beforeAll(async () => {
  server = await playback(ran);
});
afterAll(() => server.close());

/** What another vendor gets of an answer, and what the app is told. */
async function handedOver(parts: readonly AssistantPart[], side: Side) {
  const there = open(side, 'there');
  const { warnings } = await there.model.generate({ messages: turns(parts) });
  const [body] = there.bodies;
  const vendor = parts.filter((part): part is VendorPart => part.type === 'vendor');
  const sent = canonical(body);
  return {
    // The wire server knows its own signatures only, and Claude's are read on every platform.
    refused: there.refused.filter((rule) => !rule.startsWith('signature at ')),
    leaked: vendor.filter(({ replay }) => sent.includes(canonical(replay.data))).map(({ kind }) => kind),
    isTold: warnings.some(
      ({ what }) => what === 'parts that ran at another vendor' || what === 'vendor parts',
    ),
    texts: parts.filter((part) => part.type === 'text' && !isIn(sent, part.text)).length,
  };
}

/** Blank texts are no content, and the spaces at an end may go. */
const isIn = (sent: string, text: string): boolean => sent.includes(JSON.stringify(text.trim()).slice(1, -1));

const WITHOUT = { refused: [], leaked: [], isTold: true, texts: 0 };

describe.skipIf(!hasRecordings)(`an answer with vendor parts${skippedNote}`, () => {
  it.for(ran)(
    '$id continues at every other vendor without them and with a warning',
    async (one: Recording) => {
      const { parts } = await played(server, one);
      const others = sides.filter(([, { wire }]) => wire.name !== one.expected.wire);
      const found = await Promise.all(
        others.map(async ([name, side]) => [name, await handedOver(parts, side)] as const),
      );
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(others.map(([name]) => [name, WITHOUT])));
    },
  );
});
