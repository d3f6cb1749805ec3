import { extname } from 'node:path';
import { toJson, type TranscriptionResponse, type TranscriptSegment } from '@majordomo/core';
import { readBounded, readFileBounded } from '../files/read-bounded.ts';
import { Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { runOperation, type OperationFlags } from './run-operation.ts';

/** Options of `majordomo transcribe`. */
export interface TranscribeFlags extends OperationFlags {
  readonly language?: string;
  readonly prompt?: string;
  readonly timestamps?: string | true;
}

/** Maximum size of a recording in bytes, above the limit of every vendor. Each target checks its limit. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Implements `majordomo transcribe`. Prints the text of a recording. The last argument is the file. */
export async function transcribe(
  words: readonly (string | undefined)[],
  flags: TranscribeFlags,
  io: Io,
): Promise<ExitCode> {
  const timestamps = timestampsOf(flags.timestamps);
  const { spec: named, file } = fileIn(words, flags);
  return runOperation(
    'transcribe',
    () => ({ spec: named, prompt: undefined }),
    flags,
    io,
    async ({ majordomo, spec, extra, options }) => {
      const audio = await recording(file, io);
      const { language, prompt } = flags;
      const startedAt = performance.now();
      const response = await majordomo
        .transcriptionModel(spec)
        .transcribe({ audio, mediaType: typeOf(file), language, prompt, timestamps, extra }, options);
      return {
        response,
        document: { ...response, warnings: toJson(response.warnings) },
        print: () => io.stdout.write(formatTranscript(response, timestamps !== undefined, io)),
        footer: footerOf(response),
        startedAt,
      };
    },
  );
}

function fileIn(
  [first, second]: readonly (string | undefined)[],
  { model }: TranscribeFlags,
): { readonly spec: string | undefined; readonly file: string } {
  if (first === undefined) throw new Stop('no recording; pass a file, or `-` for standard input');
  if (second === undefined) return { spec: model, file: first };
  if (model !== undefined) throw new Stop('--model allows one argument, the file; omit the other argument');
  return { spec: first, file: second };
}

function timestampsOf(text: string | true | undefined): 'segment' | 'word' | undefined {
  if (text === undefined) return undefined;
  if (text === true || text === 'segment') return 'segment';
  if (text === 'word') return 'word';
  throw new Stop(`--timestamps must be segment or word, not "${text}"; if it is the file, put it first`);
}

function recording(file: string, { cwd, stdin }: Io): Promise<Uint8Array> {
  if (file !== '-') return readFileBounded(file, cwd, MAX_BYTES);
  if (stdin.kind === 'terminal' || stdin.kind === 'none')
    throw new Stop('standard input has no recording; pass a file, or pipe one in');
  return readBounded(stdin.bytes(), MAX_BYTES, 'standard input');
}

const TYPES: Readonly<Record<string, string>> = {
  '.mp3': 'audio/mpeg',
  '.mp4': 'audio/mp4',
  '.m4a': 'audio/mp4',
  '.wav': 'audio/wav',
  '.webm': 'audio/webm',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
};

/** Returns the media type of a file extension. Core corrects the type if the bytes indicate another one. */
const typeOf = (file: string): string => TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';

/** Formats a transcript. Removes control characters for a terminal. A pipe receives the text unchanged. */
function formatTranscript(
  { text, segments }: TranscriptionResponse,
  isTimed: boolean,
  { stdout }: Io,
): string {
  const lines = isTimed && segments.length > 0 ? segments.map(timed) : [text];
  const all = lines.map((line) => `${line}\n`).join('');
  return stdout.isTerminal ? printable(all) : all;
}

const timed = ({ startMs, endMs, speaker, text }: TranscriptSegment): string =>
  `[${clock(startMs)} – ${clock(endMs)}] ${speaker === undefined ? '' : `${speaker}: `}${text.trim()}`;

/** Formats a time such as `1:02:03.4`, without hours if the time is shorter than an hour. */
function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  const minutes = Math.floor(tenths / 600);
  const hours = Math.floor(minutes / 60);
  return hours === 0
    ? `${minutes}:${seconds}`
    : `${hours}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
}

const footerOf = ({ durationMs, language }: TranscriptionResponse): readonly string[] => [
  ...(durationMs === undefined ? [] : [`${(durationMs / 1000).toFixed(1)} s of sound`]),
  ...(language === undefined ? [] : [language]),
];
