import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUTS, playback, type Playback } from './playback.ts';
import { hasRecordings, skippedNote, type Recording } from './recordings.ts';

interface RecordingTests<T> {
  /** Name of the suite. */
  readonly title: string;
  readonly cases: readonly Recording[];
  /** Number of cases that the suite must exceed. */
  readonly moreThan: number;
  /** Recordings whose facts a response cannot have. A test fails on an exception that no recording needs. */
  readonly exceptions?: readonly { readonly id: string }[];
  /** Deliveries of each recording. `@default CUTS` */
  readonly cuts?: typeof CUTS;
  /** Returns the response of a call to the server at this URL, which plays the recording. */
  readonly play: (baseURL: string, recording: Recording) => Promise<T>;
  /** Compares a response with the facts of its recording. Throws if they differ. */
  readonly check: (response: T, recording: Recording) => void;
}

/** Tests that each recording results in the recorded facts, however the server cuts the response into pieces. */
export function testRecordings<T>({
  title,
  cases,
  moreThan,
  exceptions = [],
  cuts = CUTS,
  play,
  check,
}: RecordingTests<T>): void {
  const excepted = new Set(exceptions.map(({ id }) => id));

  describe.skipIf(!hasRecordings)(`${title}${skippedNote}`, () => {
    let server: Playback;
    beforeAll(async () => {
      server = await playback(cases);
    });
    afterAll(() => server.close());

    it('exist', () => {
      expect(cases.length).toBeGreaterThan(moreThan);
    });

    describe.each(cuts)('in %s', (_name, cut) => {
      it.each(cases.map((recording) => [recording.id, recording] as const))('%s', async (id, recording) => {
        const response = await play(server.url(recording, cut), recording);
        const compare = (): void => {
          check(response, recording);
        };
        if (excepted.has(id)) expect(compare, 'no exception is needed').toThrow();
        else compare();
      });
    });

    it('have few exceptions, and each names a recording', () => {
      expect(excepted.size).toBeLessThanOrEqual(cases.length * 0.02);
      const ids = new Set(cases.map(({ id }) => id));
      expect([...excepted].filter((id) => !ids.has(id))).toEqual([]);
    });
  });
}
