import { hasRecordings, recordings, skippedNote } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { parseRecording, record, replayRecordings } from '../src/index.ts';

/** Recording that contains a placeholder with the shape of a key. */
const PLACEHOLDER = 'perplexity/chat-s-text-06-stream-raw-round-trips-terminal-type-yaml';

describe.skipIf(!hasRecordings)(`exchanges of real vendors${skippedNote}`, () => {
  it('are written, and replay the same bytes', async () => {
    // Every fifth recording is checked. On 2026-11-20 all of them passed.
    const sample = recordings().filter(({ id }, at) => at % 5 === 0 && id !== PLACEHOLDER);
    const changed: string[] = [];
    for (const { id, request, body, status, headers } of sample) {
      const sent = { method: 'POST', body: JSON.stringify(request?.body ?? {}) };
      const recordingTexts: string[] = [];
      const recording = record({
        write: (_, text) => void recordingTexts.push(text),
        fetch: () => Promise.resolve(new Response(new Blob([body]).stream(), { status, headers })),
      });
      await (await recording('https://vendor.example/v1', sent)).arrayBuffer();
      await recording.done();
      const replaying = replayRecordings(recordingTexts.map(parseRecording));
      const response = await replaying('http://127.0.0.1/v1', sent);
      replaying.done();
      const played = Buffer.from(await response.arrayBuffer());
      expect([id, response.status]).toEqual([id, status]);
      if (!played.equals(body)) changed.push(id);
    }
    expect(sample.length).toBeGreaterThan(100);
    expect(changed).toEqual([]);
  });
});
