import type { AssistantPart } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import {
  hasRecordings,
  playback,
  recordings,
  sequences,
  skippedNote,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citedIn, type Cited } from '../../src/at-vendor/cited.ts';
import { rowsOf, type Row } from '../../src/at-vendor/oracle.ts';
import { nextRequestBody, canonical, playRecording, rowsIn } from '../../src/at-vendor/played.ts';
import { usedIn } from '../../src/at-vendor/used.ts';

/** APIs whose responses contain vendor parts. Chat Completions has only citations. */
const VENDOR_PART_WIRES = ['anthropic-messages', 'openai-responses', 'gemini-generate', 'bedrock-converse'];
const all = [...recordings(), ...sequences().flatMap(({ steps }) => steps)].filter(
  ({ expected, status }) => status === 200 && expected.error === null && expected.outcome !== 'blocked',
);
const onVendorPartWires = all.filter(({ expected }) => VENDOR_PART_WIRES.includes(expected.wire));
const withVendorParts = onVendorPartWires.filter((recording) =>
  rowsOf(recording).some(({ type }) => type === 'vendor'),
);
/** Recordings whose programs name their outputs. A masked id belongs to no program, so that the program seems to have no output. */
const withKnownIds = withVendorParts.filter((recording) => !rowsOf(recording).some(isOutputOfUnknownProgram));
const withCitations = all.filter((recording) => citedIn(recording).length > 0);

let server: Playback;
const responses = new Map<string, Promise<Collected>>();
beforeAll(async () => {
  server = await playback(all);
});
afterAll(() => server.close());

function responseOf(recording: Recording): Promise<Collected> {
  const response = responses.get(recording.id) ?? playRecording(server, recording);
  responses.set(recording.id, response);
  return response;
}

describe.skipIf(!hasRecordings)(`recordings of vendor parts${skippedNote}`, () => {
  it('include vendor parts and citations', () => {
    expect(withVendorParts.length).toBeGreaterThan(9);
    expect(withKnownIds.length).toBeGreaterThan(withVendorParts.length / 2);
    expect(withCitations.length).toBeGreaterThan(9);
  });

  it.for(onVendorPartWires)('$id: emits texts, tool calls and vendor parts in order', async (recording) => {
    expect(canonical(rowsIn((await responseOf(recording)).parts))).toBe(canonical(rowsOf(recording)));
  });

  it.for(withKnownIds)('$id: sends vendor parts back unchanged at their position', async (recording) => {
    const { parts } = await responseOf(recording);
    const sent = canonical(await nextRequestBody(server, recording, parts));
    const indexes = rowsOf(recording).map((row) =>
      row.type === 'vendor' ? sent.indexOf(canonical(row.raw)) : undefined,
    );
    const positions = indexes.filter((index) => index !== undefined);
    expect(positions).not.toContain(-1);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  it.for(onVendorPartWires)('$id: reports the number of vendor tool runs in the usage', async (recording) => {
    const { usage } = await responseOf(recording);
    if (usage !== undefined) expect(usage.details?.serverTools ?? {}).toEqual(usedIn(recording));
  });

  it.for(withCitations)('$id: reports citations with their text and range', async (recording) => {
    const { parts } = await responseOf(recording);
    expect(parts.flatMap((part) => citationsOf(part, citedIn(recording)))).toEqual(citedIn(recording));
  });
});

function isOutputOfUnknownProgram(row: Row): boolean {
  const { type, tool_use_id: program } = asRecord(row.type === 'vendor' ? row.raw : undefined);
  return /code_execution_tool_result$/.test(String(type)) && String(program).includes('REDACTED');
}

/** Converts a part's citations to the form of the oracle. Omits the quoted text if the API does not send it. */
function citationsOf(part: AssistantPart, raw: readonly Cited[]): readonly Cited[] {
  if (part.type !== 'text') return [];
  const hasWords = new Set(raw.filter(({ words }) => words !== undefined).map(({ source }) => source));
  return (part.citations ?? []).map(({ url, document, quote, start, end }): Cited => {
    const source = String(url ?? document);
    if (!hasWords.has(source)) return { source };
    if (start !== undefined) return { source, words: part.text.slice(start, end), isOwn: true };
    return { source, ...(quote !== undefined && { words: quote }) };
  });
}
