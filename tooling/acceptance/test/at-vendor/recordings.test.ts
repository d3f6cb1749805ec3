import type { AssistantPart } from '@majordomo/core';
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
import { rowsOf } from '../../src/at-vendor/oracle.ts';
import { askedAgain, canonical, played, rowsIn } from '../../src/at-vendor/played.ts';
import { usedIn } from '../../src/at-vendor/used.ts';

/** Wires that keep what ran at the vendor; Chat Completions only cites. */
const KEEPING = ['anthropic-messages', 'openai-responses', 'gemini-generate', 'bedrock-converse'];
const all = [...recordings(), ...sequences().flatMap(({ steps }) => steps)].filter(
  ({ expected, status }) => status === 200 && expected.error === null && expected.outcome !== 'blocked',
);
const kept = all.filter(({ expected }) => KEEPING.includes(expected.wire));
const ran = kept.filter((recording) => rowsOf(recording).some(({ type }) => type === 'vendor'));
const citing = all.filter((recording) => citedIn(recording).length > 0);

let server: Playback;
const answers = new Map<string, Promise<Collected>>();
beforeAll(async () => {
  server = await playback(all);
});
afterAll(() => server.close());

function answer(recording: Recording): Promise<Collected> {
  const found = answers.get(recording.id) ?? played(server, recording);
  answers.set(recording.id, found);
  return found;
}

describe.skipIf(!hasRecordings)(`recordings of vendor parts${skippedNote}`, () => {
  it('are there', () => {
    expect(ran.length).toBeGreaterThan(9);
    expect(citing.length).toBeGreaterThan(9);
  });

  it.for(kept)('$id: emits texts, tool calls and vendor parts in order', async (one) => {
    expect(canonical(rowsIn((await answer(one)).parts))).toBe(canonical(rowsOf(one)));
  });

  it.for(ran)('$id: sends vendor parts back unchanged at their position', async (one) => {
    const { parts } = await answer(one);
    const sent = canonical(await askedAgain(server, one, parts));
    const places = rowsOf(one).map((row) =>
      row.type === 'vendor' ? sent.indexOf(canonical(row.raw)) : undefined,
    );
    const found = places.filter((place) => place !== undefined);
    expect(found).not.toContain(-1);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
  });

  it.for(kept)('$id: its uses are counted', async (one) => {
    const { usage } = await answer(one);
    if (usage !== undefined) expect(usage.details?.serverTools ?? {}).toEqual(usedIn(one));
  });

  it.for(citing)('$id: reports citations with their text and range', async (one) => {
    const { parts } = await answer(one);
    expect(parts.flatMap((part) => told(part, citedIn(one)))).toEqual(citedIn(one));
  });
});

/** A part's citations in the terms of the oracle, with the words only where the wire gives any. */
function told(part: AssistantPart, raw: readonly Cited[]): readonly Cited[] {
  if (part.type !== 'text') return [];
  const hasWords = new Set(raw.filter(({ words }) => words !== undefined).map(({ source }) => source));
  return (part.citations ?? []).map(({ url, document, quote, start, end }): Cited => {
    const source = String(url ?? document);
    if (!hasWords.has(source)) return { source };
    if (start !== undefined) return { source, words: part.text.slice(start, end), isOwn: true };
    return { source, ...(quote !== undefined && { words: quote }) };
  });
}
