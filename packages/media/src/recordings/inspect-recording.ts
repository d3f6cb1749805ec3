import { sniffAudio, sniffMediaType } from '@majordomo/core/provider';
import { Reader } from '../formats/facts.ts';
import { sound, type RecordingFacts } from './facts.ts';
import { readFrames } from './frames.ts';
import { readMatroska } from './matroska.ts';
import { readMp4 } from './mp4.ts';
import { readOgg } from './ogg.ts';
import { readAiff, readFlac, readWav } from './riff.ts';

/**
 * Type and duration of sound or film by its bytes: MP3 and AAC, WAV, AIFF, FLAC, Ogg (Opus, Vorbis, Speex), MP4 with its
 * kin, WebM and Matroska. Goes through the file once at most, and holds nothing of it. `undefined` for anything else.
 *
 * @example inspectRecording(bytes)?.durationMs
 */
export function inspectRecording(bytes: Uint8Array): RecordingFacts | undefined {
  if (sniffMediaType(bytes) !== undefined) return undefined;
  const start = afterTags(bytes);
  const file = bytes.subarray(start);
  const mediaType = sniffAudio(file);
  switch (mediaType) {
    case 'audio/wav':
      return readWav(file);
    case 'audio/aiff':
      return readAiff(file);
    case 'audio/flac':
      return readFlac(file);
    case 'audio/ogg':
      return readOgg(file);
    case 'audio/mp4':
    case 'video/mp4':
      return readMp4(file);
    case 'audio/webm':
      return readMatroska(file);
    case 'audio/amr':
      return sound(mediaType, undefined);
    default:
      return isOldMovie(file) ? readMp4(file) : readFrames(file);
  }
}

/** Past the ID3v2 tags before the sound; each says its size in bytes of 7 bits. */
function afterTags(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  let at = 0;
  while (reader.u24(at) === ID3) {
    const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + (reader.u8(at + index) & 0x7f), 0);
    const footer = (reader.u8(at + 5) & 0x10) === 0 ? 0 : 10;
    at += 10 + size + footer;
  }
  return at;
}

const ID3 = 0x49_44_33;

/** QuickTime of before there were brands begins with its first box. */
const isOldMovie = (bytes: Uint8Array): boolean =>
  /^(?:moov|mdat|wide)$/.test(String.fromCharCode(...bytes.subarray(4, 8)));
