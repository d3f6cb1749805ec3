import type { FuzzTarget } from '@majordomo/test-support';
import { inspectRecording } from '../../src/recordings/inspect-recording.ts';
import { aac, aiff, flac, mp3, mp4, ogg, wav, webm } from '../recordings.ts';

/** Recordings that the fuzzer damages. */
export const target: FuzzTarget = {
  samples: [mp3, wav, flac, ogg, mp4, webm, { aac, aiff }].flatMap((kind) => Object.values<Uint8Array>(kind)),
  async parse(bytes) {
    const facts = await inspectRecording(bytes);
    if (facts === undefined) return 'no recording';
    return facts.durationMs === undefined ? 'not measured' : 'measured';
  },
};
