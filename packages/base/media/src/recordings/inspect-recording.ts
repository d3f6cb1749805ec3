import { sniffAudio, sniffMediaType } from '@majordomo/core/toolkit';
import { LlmError } from '@majordomo/core';
import type { IAudioMetadata } from 'music-metadata';

/** Facts about a recording that are available without decoding it. */
export interface RecordingFacts {
  /** Media type of the content. An MP4 or WebM that contains only sound has a type `audio/…`. */
  readonly mediaType: string;
  /** Duration in milliseconds; `undefined` if the duration is unknown, for example for a live WebM or a truncated file. */
  readonly durationMs: number | undefined;
  readonly hasVideo: boolean;
}

type Format = IAudioMetadata['format'];

/**
 * Returns the type and duration of sound or video: MP3 and AAC, WAV, AIFF, FLAC, Ogg (Opus, Vorbis, Speex), MP4 and related
 * formats, WebM and Matroska. Returns `undefined` for any other format. Throws `config` if the package `music-metadata` is not
 * installed.
 *
 * @example (await inspectRecording(bytes))?.durationMs
 */
export async function inspectRecording(bytes: Uint8Array): Promise<RecordingFacts | undefined> {
  const library = await loadLibrary();
  if (library === undefined)
    throw new LlmError(
      'config',
      'inspectRecording: music-metadata is not installed; run npm install music-metadata',
    );
  // `sniffMediaType` knows only images and PDFs, which are not recordings.
  if (sniffMediaType(bytes) !== undefined) return undefined;
  const format = await library.formatOf(bytes);
  const mediaType = typeOf(bytes, format);
  if (mediaType === undefined) return undefined;
  return { mediaType, durationMs: milliseconds(format?.duration), hasVideo: mediaType.startsWith('video/') };
}

/** Returns the duration of a recording for the fitter. Returns `undefined` if `music-metadata` is not installed. */
export async function durationOf(bytes: Uint8Array): Promise<number | undefined> {
  const library = await loadLibrary();
  return milliseconds((await library?.formatOf(bytes))?.duration);
}

interface Library {
  /** Returns the format; `undefined` for bytes that the library cannot read. */
  formatOf(bytes: Uint8Array): Promise<Format | undefined>;
}

let loading: Promise<Library | undefined> | undefined;

const loadLibrary = (): Promise<Library | undefined> => (loading ??= load());

async function load(): Promise<Library | undefined> {
  try {
    const { parseBuffer } = await import('music-metadata');
    return {
      // Pass no media type, so that the library examines the bytes. `duration` is needed for exact durations of MP3 and AAC.
      formatOf: (bytes) =>
        parseBuffer(bytes, undefined, { duration: true, skipCovers: true }).then(
          ({ format }) => format,
          () => undefined,
        ),
    };
  } catch {
    return undefined;
  }
}

/** Media types by the library's name of the container, for sound and for video. */
const TYPES: readonly (readonly [container: RegExp, sound: string, video?: string])[] = [
  [/^MPEG$/, 'audio/mpeg'],
  [/^ADTS/, 'audio/aac'],
  [/^WAVE/, 'audio/wav'],
  [/^AIFF/, 'audio/aiff'],
  [/^FLAC$/, 'audio/flac'],
  [/^Ogg/, 'audio/ogg', 'video/ogg'],
  [/^EBML\/webm/, 'audio/webm', 'video/webm'],
  [/^EBML/, 'audio/x-matroska', 'video/x-matroska'],
  [/^qt/, 'audio/mp4', 'video/quicktime'],
  [/^3g/, 'audio/mp4', 'video/3gpp'],
  [/^M4|^mp4|^iso|^avc/i, 'audio/mp4', 'video/mp4'],
];

function typeOf(bytes: Uint8Array, format: Format | undefined): string | undefined {
  const [, sound, video] = TYPES.find(([container]) => container.test(format?.container ?? '')) ?? [];
  const sniffed = sniffAudio(bytes);
  // MP3 and AAC are recognized by two bytes only, so bytes that the library cannot read are not a recording.
  if (sound === undefined) return /mpeg|aac/.test(sniffed ?? '') ? undefined : sniffed;
  return format?.hasVideo === true ? (video ?? sound) : sound;
}

const LONGEST_SECONDS = 366 * 86_400;

/** Returns integer milliseconds, or `undefined` for an implausible duration: 0, or more than a year. */
function milliseconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !(seconds > 0 && seconds < LONGEST_SECONDS)) return undefined;
  return Math.round(seconds * 1000);
}
