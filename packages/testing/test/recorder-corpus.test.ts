import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecording, record, replayRecordings } from '../src/index.ts';
import { folder, isThere } from './corpus/recordings.ts';

/** Its text tells the reader to set a key, with a placeholder that has the shape of one. */
const PLACEHOLDER = 'corpus/perplexity/chat-s-text-06-stream-raw-round-trips-terminal-type-yaml';

/** An exchange of a real vendor, recorded by somebody else. */
interface Case {
  readonly id: string;
  readonly sent: RequestInit;
  readonly bytes: Buffer;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const json = (...parts: readonly string[]): unknown =>
  JSON.parse(readFileSync(path.join(folder, ...parts), 'utf8'));

function cases(): readonly Case[] {
  return readdirSync(path.join(folder, 'corpus'))
    .filter((vendor) => vendor !== 'LICENSES')
    .flatMap((vendor) =>
      readdirSync(path.join(folder, 'corpus', vendor)).map((name) => path.join('corpus', vendor, name)),
    )
    .map((id) => {
      const files = readdirSync(path.join(folder, id));
      const request = files.includes('request.json') ? (json(id, 'request.json') as { body?: unknown }) : {};
      const { status, headers } = json(id, 'response.json') as Pick<Case, 'status' | 'headers'>;
      const sent = { method: 'POST', body: JSON.stringify(request.body ?? {}) };
      return { id, sent, status, headers, bytes: readFileSync(path.join(folder, id, 'body')) };
    });
}

it.skipIf(isThere)(`the exchanges of real vendors are not checked: none at ${folder}`, () => undefined);

describe.runIf(isThere)('exchanges of real vendors', () => {
  it('are written, and play back the same bytes', async () => {
    // All of them were looked at on 2026-11-20; each costs some 5 ms.
    const found = cases().filter(({ id }, at) => at % 5 === 0 && id !== PLACEHOLDER);
    const changed: string[] = [];
    for (const { id, sent, bytes, status, headers } of found) {
      const texts: string[] = [];
      const recording = record({
        write: (_, text) => void texts.push(text),
        fetch: () => Promise.resolve(new Response(new Blob([bytes]).stream(), { status, headers })),
      });
      await (await recording('https://vendor.example/v1', sent)).arrayBuffer();
      await recording.done();
      const replaying = replayRecordings(texts.map(parseRecording));
      const response = await replaying('http://127.0.0.1/v1', sent);
      replaying.done();
      const played = Buffer.from(await response.arrayBuffer());
      expect([id, response.status]).toEqual([id, status]);
      if (!played.equals(bytes)) changed.push(id);
    }
    expect(found.length).toBeGreaterThan(100);
    expect(changed).toEqual([]);
  });
});
