import { extname } from 'node:path';
import { toJson, type SpeechRequest, type SpeechResponse } from '@majordomo/core';
import { promptOf } from '../chat/prompt-of.ts';
import { parseSpecAndPrompt } from '../chat/spec-and-prompt.ts';
import { checkWritable, writeOutput } from '../files/output-file.ts';
import { Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { runOperation, type OperationFlags, type ParseArguments } from './run-operation.ts';

/** Options of `majordomo speak`. */
export interface SpeakFlags extends OperationFlags {
  readonly output?: string;
  readonly voice?: string;
  readonly format?: string;
  readonly speed?: string;
  readonly instructions?: string;
}

type Format = NonNullable<SpeechRequest['format']>;

/** Audio formats by file extension. */
const FORMATS: Readonly<Record<string, Format>> = {
  mp3: 'mp3',
  wav: 'wav',
  opus: 'opus',
  ogg: 'opus',
  flac: 'flac',
  pcm: 'pcm',
};

/** Implements `majordomo speak`. Writes a text as speech to a file or a pipe. */
export async function speak(
  first: string | undefined,
  second: string | undefined,
  flags: SpeakFlags,
  io: Io,
): Promise<ExitCode> {
  const file = await outputOf(flags, io);
  const format = formatOf(flags, file);
  const speed = speedOf(flags.speed);
  const parse: ParseArguments = (aliases) => parseSpecAndPrompt([first, second], flags.model, aliases);
  return runOperation('speak', parse, flags, io, async ({ majordomo, spec, prompt, extra, options }) => {
    const text = await promptOf(prompt, io);
    const { voice, instructions } = flags;
    const startedAt = performance.now();
    const response = await majordomo
      .speechModel(spec)
      .speak({ text, voice, instructions, format, speed, extra }, options);
    if (file === undefined) io.stdout.write(response.audio);
    else await writeOutput(file, response.audio, io.cwd);
    return {
      response,
      document: documentOf(response, file),
      print: () => {
        if (file !== undefined) io.stdout.write(`${file}\n`);
      },
      footer: [response.mediaType],
      startedAt,
    };
  });
}

/** Returns the output file, or `undefined` for standard output. Throws before any paid call if the file cannot be written. */
async function outputOf({ output, json }: SpeakFlags, { stdout, cwd }: Io): Promise<string | undefined> {
  if (output?.trim() === '') throw new Stop('-o must be a file, not an empty string');
  if (output !== undefined && output !== '-') {
    await checkWritable(output, '-o', cwd);
    return output;
  }
  if (json === true) throw new Stop('--json requires -o with a file');
  if (output === undefined && stdout.isTerminal)
    throw new Stop('audio cannot be written to a terminal; pass -o <file>, or pipe it to a player');
  return undefined;
}

/** Returns the requested format, or the format of the file extension. */
function formatOf({ format }: SpeakFlags, file: string | undefined): Format | undefined {
  const word = (format ?? extname(file ?? '').slice(1)).toLowerCase();
  if (word === '') return undefined;
  if (Object.hasOwn(FORMATS, word)) return FORMATS[word];
  const known = Object.keys(FORMATS).join(', ');
  if (format !== undefined) throw new Stop(`--format must be one of ${known}, not "${format}"`);
  throw new Stop(`unknown audio format .${word}; set --format, or use a file name that ends in ${known}`);
}

function speedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text);
  if (text.trim() === '' || !(speed > 0 && speed < Infinity))
    throw new Stop(`--speed must be a number above 0, not "${text}"`);
  return speed;
}

const documentOf = ({ audio, warnings, ...rest }: SpeechResponse, file: string | undefined): object => ({
  ...rest,
  file,
  bytes: audio.length,
  warnings: toJson(warnings),
});
