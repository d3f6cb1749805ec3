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
import { canonical, playRecording, turns } from '../../src/at-vendor/played.ts';
import { openVendor } from '../../src/handoff.ts';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../../src/wires.ts';

const WIRES = ['anthropic-messages', 'openai-responses', 'gemini-generate', 'bedrock-converse'];
const withVendorParts = recordings().filter(
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
  server = await playback(withVendorParts);
});
afterAll(() => server.close());

const WARNED = ['parts that ran at another vendor', 'vendor parts', 'generated images and audio'];

/** Sends a response to another vendor. Returns the content that the vendor receives, and whether the app is warned. */
async function sendToOtherVendor(parts: readonly AssistantPart[], side: Side) {
  const vendorServer = openVendor(side, 'there');
  const { warnings } = await vendorServer.model.generate({ messages: turns(parts) });
  const [body] = vendorServer.bodies;
  const vendorParts = parts.filter((part): part is VendorPart => part.type === 'vendor');
  const sent = canonical(body);
  return {
    // The wire server accepts its own signatures only. Every platform accepts Claude's signatures.
    refused: vendorServer.refused.filter((rule) => !rule.startsWith('signature at ')),
    leaked: vendorParts.filter(({ replay }) => sent.includes(canonical(replay.data))).map(({ kind }) => kind),
    isWarned: warnings.some(({ what }) => WARNED.includes(what)),
    missingTexts: parts.filter((part) => part.type === 'text' && !containsText(sent, part.text)).length,
  };
}

/** Whether a request contains a string. Ignores blank strings and whitespace at the ends, which a provider may remove. */
const containsText = (sent: string, text: string): boolean =>
  sent.includes(JSON.stringify(text.trim()).slice(1, -1));

const EXPECTED = { refused: [], leaked: [], isWarned: true, missingTexts: 0 };

describe.skipIf(!hasRecordings)(`a response with vendor parts${skippedNote}`, () => {
  it.for(withVendorParts)(
    '$id is sent to every other vendor without the vendor parts and with a warning',
    async (recording: Recording) => {
      const { parts } = await playRecording(server, recording);
      const others = sides.filter(([, { wire }]) => wire.name !== recording.expected.wire);
      const found = await Promise.all(
        others.map(async ([name, side]) => [name, await sendToOtherVendor(parts, side)] as const),
      );
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(others.map(([name]) => [name, EXPECTED])));
    },
  );
});
