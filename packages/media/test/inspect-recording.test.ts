import { LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { checkRecording, inspectRecording } from '../src/index.ts';
import { aac, aiff, box, flac, id3, join, mp3, mp4, ogg, wav, webm } from './recordings.ts';

const FRAME_MS = 1_152_000 / 44_100;

describe('a recording tells', () => {
  test.each([
    ['an MP3', mp3.constant, 'audio/mpeg', 100 * FRAME_MS],
    ['an MP3 of changing rates, whose index promises one frame', mp3.changing, 'audio/mpeg', 100 * FRAME_MS],
    ['an MP3 with a VBRI index', mp3.fraunhofer, 'audio/mpeg', 100 * FRAME_MS],
    ['an MP3 between tags', mp3.tagged, 'audio/mpeg', 100 * FRAME_MS],
    ['an MP3 with noise in it', mp3.interrupted, 'audio/mpeg', 100 * FRAME_MS],
    ['a cut MP3', mp3.constant.subarray(0, 417 * 40 + 200), 'audio/mpeg', 40 * FRAME_MS],
    ['an AAC', aac, 'audio/aac', 3200],
    ['a WAV', wav.whole, 'audio/wav', 500],
    ['a cut WAV', wav.whole.subarray(0, wav.whole.length - 408 - 8000), 'audio/wav', 250],
    ['a WAV from a pipe', wav.piped, 'audio/wav', 500],
    ['a WAV that says no length', wav.unsized, 'audio/wav', 500],
    ['a packed WAV', wav.packed, 'audio/wav', 500],
    ['a packed WAV from a pipe', wav.packedPiped, 'audio/wav', 500],
    ['a WAV of a telephone, which counts nothing', wav.telephone, 'audio/wav', 500],
    ['a WAV behind a tag', join(id3(20), wav.whole), 'audio/wav', 500],
    ['a WAV of no rate', wav.rateless, 'audio/wav', undefined],
    ['an AIFF', aiff, 'audio/aiff', 250],
    ['a FLAC', flac.whole, 'audio/flac', 1500],
    ['a FLAC behind a tag', flac.tagged, 'audio/flac', 1500],
    ['a FLAC from a pipe', flac.piped, 'audio/flac', undefined],
    ['an Opus', ogg.opus, 'audio/ogg', 2000],
    ['a Vorbis', ogg.vorbis, 'audio/ogg', 1500],
    ['an Ogg of two files, one behind the other', ogg.chained, 'audio/ogg', 3500],
    ['an Ogg with noise between its pages', ogg.damaged, 'audio/ogg', 2000],
    ['an Opus off a station, whose clock goes on', ogg.station, 'audio/ogg', 3 * 20],
    ['an Ogg film', ogg.film, 'video/ogg', 1500],
    ['an M4A', mp4.sound, 'audio/mp4', 1600],
    ['an MP4', mp4.film, 'video/mp4', 2500],
    ['a MOV', mp4.movie, 'video/quicktime', 2500],
    ['a MOV of before brands', mp4.ancient, 'video/mp4', 2500],
    ['a 3GP', mp4.phone, 'video/3gpp', 2500],
    ['an MP4 of 64-bit numbers', mp4.long, 'video/mp4', 5000],
    ['an MP4 whose tracks alone say how long they are', mp4.headless, 'video/mp4', 2500],
    ['an MP4 of fragments', mp4.fragments, 'audio/mp4', (5 * 1024 + 4 * 512 + 300) / 8],
    ['a WebM with sound alone', webm.sound, 'audio/webm', 1500],
    ['a WebM', webm.film, 'video/webm', 1500],
    ['a Matroska', webm.matroska, 'video/x-matroska', 1500],
    ['a WebM of a browser, which says no duration', webm.recorded, 'audio/webm', 2420],
    ['a WebM off a station', webm.station, 'audio/webm', 1500],
    ['an M4A behind a tag', join(id3(20), mp4.sound), 'audio/mp4', 1600],
    ['an AMR', new TextEncoder().encode('#!AMR\n'), 'audio/amr', undefined],
  ])('the type and duration of %s', (_, bytes, mediaType, ms) => {
    const durationMs = ms === undefined ? undefined : Math.round(ms);
    expect(inspectRecording(bytes)).toEqual({
      mediaType,
      durationMs,
      hasVideo: mediaType.startsWith('video/'),
    });
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['a picture in a container of films', mp4.picture],
    ['a PDF', new TextEncoder().encode('%PDF-1.7')],
    ['a tag without sound', id3(20)],
    ['a text', new TextEncoder().encode('RIFF is a format')],
    ['an MP4 without a track', mp4.empty],
    ['a WebM without a track', webm.trackless],
    ['one frame before something else', join(mp3.constant.subarray(0, 417), new Uint8Array(500))],
  ])('nothing of %s', (_, bytes) => {
    expect(inspectRecording(bytes)).toBeUndefined();
  });
});

describe('a hostile file', () => {
  const all = [mp3, wav, flac, ogg, mp4, webm, { aac, aiff }].flatMap((kind) =>
    Object.values<Uint8Array>(kind),
  );

  test('that ends anywhere is read to there', () => {
    for (const whole of all) {
      const step = Math.max(1, Math.floor(whole.length / 200));
      for (let length = 0; length < whole.length; length += step)
        expect(() => inspectRecording(whole.subarray(0, length))).not.toThrow();
    }
  });

  test('gives the same facts wherever it lies in a larger buffer', () => {
    for (const whole of all) {
      const larger = join(new Uint8Array(13).fill(0xff), whole, whole);
      expect(inspectRecording(larger.subarray(13, 13 + whole.length))).toEqual(inspectRecording(whole));
    }
  });

  test.each([
    [
      'boxes within boxes',
      Array.from({ length: 2000 }).reduce<Uint8Array>((inner) => box('moov', inner), box('free')),
    ],
    ['boxes of no size', join(mp4.sound.subarray(0, 24), new Uint8Array(1e6))],
    [
      'tracks without end',
      join(
        mp4.sound,
        ...Array.from({ length: 500 }, (_, id) =>
          box('moov', box('tkhd', new Uint8Array(12), Uint8Array.of(0, 0, id >> 8, id & 255))),
        ),
      ),
    ],
    [
      'streams without end',
      join(...Array.from({ length: 2000 }, () => ogg.opus.subarray(0, 47)), ogg.vorbis),
    ],
    ['beginnings of frames alone', new Uint8Array(1e6).fill(0xff)],
    ['beginnings of pages alone', join(ogg.opus, new Uint8Array(1e6).fill(0x4f))],
    ['elements of no length', join(webm.recorded, new Uint8Array(1e6).fill(0x80))],
  ])('of %s is read to its end', (_, bytes) => {
    expect(() => inspectRecording(bytes)).not.toThrow();
  });

  test('that promises more than a year is not believed', () => {
    const endless = mp4.movie.slice();
    endless.set([0, 0, 0, 1, 255, 255, 255, 254], Buffer.from(endless).indexOf('mvhd') + 16);
    expect(inspectRecording(endless)).toMatchObject({ mediaType: 'video/quicktime', durationMs: 2500 });
  });
});

describe('a recording is checked before it is uploaded', () => {
  const fault = (bytes: Uint8Array, limits: Parameters<typeof checkRecording>[1]): unknown => {
    try {
      return checkRecording({ bytes, name: 'talk' }, limits);
    } catch (error) {
      return LlmError.is(error) ? `${error.kind} ${error.details.code}: ${error.message}` : error;
    }
  };

  test.each([
    [
      'its bytes',
      wav.whole,
      { maxBytes: 100 },
      'unsupported too-large: talk has 16464 bytes, the limit is 100',
    ],
    [
      'its duration',
      ogg.opus,
      { maxDurationMs: 1999 },
      'unsupported too-large: talk lasts 2 s, the limit is 2 s',
    ],
    [
      'its type',
      ogg.opus,
      { mediaTypes: ['audio/wav'] },
      'unsupported media-type: talk is audio/ogg, not audio/wav',
    ],
    [
      'no recording',
      new Uint8Array(9),
      {},
      'invalid-request broken-file: talk of 9 bytes is no recording of a known format',
    ],
  ])('and refused for %s', (_, bytes, limits, said) => {
    expect(fault(bytes, limits)).toBe(said);
  });

  test('and taken at its limits, or where its duration is unknown', () => {
    expect(fault(ogg.opus, { maxDurationMs: 2000, mediaTypes: ['audio/ogg'] })).toMatchObject({
      durationMs: 2000,
    });
    expect(fault(flac.piped, { maxDurationMs: 1 })).toMatchObject({ durationMs: undefined });
  });
});
