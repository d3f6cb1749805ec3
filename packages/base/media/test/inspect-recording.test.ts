import { LlmError } from '@majordomo/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkRecording, createMediaFitter, inspectRecording } from '../src/index.ts';
import { aac, aiff, flac, id3, join, mp3, mp4, ogg, wav, webm } from './recordings.ts';

const FRAME_MS = 1_152_000 / 44_100;
const AMR = new TextEncoder().encode('#!AMR\n');

describe('inspectRecording returns the type and the duration of', () => {
  test.each([
    ['an MP3', mp3.constant, 'audio/mpeg', 100 * FRAME_MS],
    ['an MP3 between tags', mp3.tagged, 'audio/mpeg', 100 * FRAME_MS],
    ['a WAV', wav.complete, 'audio/wav', 500],
    ['a WAV in telephone quality', wav.telephone, 'audio/wav', 500],
    ['a WAV without a rate', wav.rateless, 'audio/wav', undefined],
    ['an AIFF', aiff, 'audio/aiff', 250],
    ['a FLAC', flac.complete, 'audio/flac', 1500],
    ['a FLAC after a tag', flac.tagged, 'audio/flac', 1500],
    ['a FLAC from a pipe', flac.piped, 'audio/flac', undefined],
    ['an Opus', ogg.opus, 'audio/ogg', 2000],
    ['a Vorbis', ogg.vorbis, 'audio/ogg', 1500],
    ['an M4A', mp4.sound, 'audio/mp4', 1600],
    ['an MP4', mp4.film, 'video/mp4', 1600],
    ['a MOV', mp4.movie, 'video/quicktime', 1600],
    ['a WebM with sound only', webm.sound, 'audio/webm', 1500],
    ['a WebM', webm.film, 'video/webm', 1500],
    ['a Matroska', webm.matroska, 'video/x-matroska', 1500],
    ['a live WebM', webm.live, 'audio/webm', undefined],
    ['an AMR', AMR, 'audio/amr', undefined],
  ])('%s', async (_, bytes, mediaType, ms) => {
    const durationMs = ms === undefined ? undefined : Math.round(ms);
    expect(await inspectRecording(bytes)).toEqual({
      mediaType,
      durationMs,
      hasVideo: mediaType.startsWith('video/'),
    });
  });

  test('an AAC, within a second', async () => {
    const { mediaType, durationMs = 0 } = (await inspectRecording(aac)) ?? {};
    expect(mediaType).toBe('audio/aac');
    expect(Math.abs(durationMs - 3200)).toBeLessThan(1000);
  });
});

test.each([
  ['an empty file', new Uint8Array()],
  ['an image in a video container', mp4.picture],
  ['a PDF', new TextEncoder().encode('%PDF-1.7')],
  ['text', new TextEncoder().encode('RIFF is a format')],
  ['zeros', new Uint8Array(100_000)],
])('inspectRecording returns undefined for %s', async (_, bytes) => {
  expect(await inspectRecording(bytes)).toBeUndefined();
});

test('inspectRecording accepts a file that is truncated at any position', async () => {
  for (const bytes of [mp3.tagged, wav.complete, flac.complete, ogg.opus, mp4.film, webm.film, aac, aiff]) {
    const step = Math.max(1, Math.floor(bytes.length / 50));
    for (let length = 0; length < bytes.length; length += step)
      await expect(inspectRecording(bytes.subarray(0, length))).resolves.not.toThrow();
  }
});

test('inspectRecording returns the same facts for a view of a larger buffer', async () => {
  const larger = join(new Uint8Array(13).fill(0xff), ogg.opus, ogg.opus);
  const part = larger.subarray(13, 13 + ogg.opus.length);
  expect(await inspectRecording(part)).toEqual(await inspectRecording(ogg.opus));
});

describe('checkRecording', () => {
  const outcomeOf = (bytes: Uint8Array, limits: Parameters<typeof checkRecording>[1]): Promise<unknown> =>
    checkRecording({ bytes, name: 'talk' }, limits).catch((error: unknown) =>
      LlmError.is(error) ? `${error.kind} ${error.details.code}: ${error.message}` : error,
    );

  test.each([
    [
      'too many bytes',
      wav.telephone,
      { maxBytes: 100 },
      'unsupported too-large: talk has 8044 bytes; the limit is 100',
    ],
    [
      'a longer duration',
      ogg.opus,
      { maxDurationMs: 1000 },
      'unsupported too-large: talk lasts 2 s; the limit is 1 s',
    ],
    [
      'another type',
      ogg.opus,
      { mediaTypes: ['audio/wav'] },
      'unsupported media-type: talk is audio/ogg; use audio/wav',
    ],
    [
      'bytes that are not a recording',
      new Uint8Array(9),
      {},
      'invalid-request broken-file: talk (9 bytes) is not a recording of a known format',
    ],
  ])('rejects %s', async (_, bytes, limits, message) => {
    expect(await outcomeOf(bytes, limits)).toBe(message);
  });

  test('accepts a recording at its limits, or of an unknown duration', async () => {
    expect(await outcomeOf(ogg.opus, { maxDurationMs: 2000, mediaTypes: ['audio/ogg'] })).toMatchObject({
      durationMs: 2000,
    });
    expect(await outcomeOf(flac.piped, { maxDurationMs: 1 })).toMatchObject({ durationMs: undefined });
  });
});

describe('without music-metadata', () => {
  afterEach(() => {
    vi.doUnmock('music-metadata');
    vi.resetModules();
  });
  const withoutLibrary = (): Promise<typeof import('../src/index.ts')> => {
    vi.resetModules();
    vi.doMock('music-metadata', () => {
      throw new Error("Cannot find package 'music-metadata'");
    });
    return import('../src/index.ts');
  };

  test('inspectRecording rejects with the remedy', async () => {
    const media = await withoutLibrary();
    await expect(media.inspectRecording(wav.complete)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('npm install music-metadata') as string,
    });
  });

  test('the fitter does not know the duration', async () => {
    const media = await withoutLibrary();
    expect(await media.createMediaFitter().durationMs?.(wav.complete)).toBeUndefined();
  });
});

test('the fitter measures a recording', async () => {
  expect(await createMediaFitter().durationMs?.(join(id3(20), flac.complete))).toBe(1500);
});
