import { toJson, type EmbeddingRequest, type EmbeddingResponse } from '@majordomo/core';
import { jsonLine } from '@majordomo/core/toolkit';
import { promptOf } from '../chat/prompt-of.ts';
import { parseSpecAndPrompt } from '../chat/spec-and-prompt.ts';
import { Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { runOperation, type OperationFlags, type ParseArguments } from './run-operation.ts';
import { positiveInteger } from '../program/positive-integer.ts';

/** Options of `majordomo embed`. */
export interface EmbedFlags extends OperationFlags {
  readonly lines?: true;
  readonly dimensions?: string;
  readonly purpose?: string;
}

const PURPOSES = ['query', 'document', 'similarity', 'classification', 'clustering'] as const;

/** Implements `majordomo embed`. Prints a vector for a text, or one for each line. */
export async function embed(
  first: string | undefined,
  second: string | undefined,
  flags: EmbedFlags,
  io: Io,
): Promise<ExitCode> {
  const dimensions =
    flags.dimensions === undefined ? undefined : positiveInteger('--dimensions', flags.dimensions);
  const purpose = purposeOf(flags.purpose);
  const parse: ParseArguments = (aliases) => parseSpecAndPrompt([first, second], flags.model, aliases);
  return runOperation('embed', parse, flags, io, async ({ majordomo, spec, prompt, extra, options }) => {
    const values = valuesIn(await promptOf(prompt, io), flags);
    const startedAt = performance.now();
    const response = await majordomo
      .embeddingModel(spec)
      .embed({ values, dimensions, purpose, extra }, options);
    return {
      response,
      document: documentOf(response),
      print: () => {
        for (const vector of response.vectors) io.stdout.write(jsonLine(numbersOf(vector)));
      },
      footer: footerOf(response),
      startedAt,
    };
  });
}

/** Returns the text or, with `--lines`, its lines that are not blank. */
const valuesIn = (text: string, { lines }: EmbedFlags): readonly string[] =>
  lines === true ? text.split(/\r?\n/).filter((line) => line.trim() !== '') : [text];

function purposeOf(text: string | undefined): EmbeddingRequest['purpose'] {
  const purpose = PURPOSES.find((known) => known === text);
  if (purpose === undefined && text !== undefined)
    throw new Stop(`--purpose must be one of ${PURPOSES.join(', ')}, not "${text}"`);
  return purpose;
}

const documentOf = ({ vectors, warnings, ...rest }: EmbeddingResponse): object => ({
  ...rest,
  vectors: vectors.map(numbersOf),
  warnings: toJson(warnings),
});

/** Returns the numbers with the fewest digits that still represent the same 32-bit floats. */
const numbersOf = (vector: Float32Array): readonly number[] => Array.from(vector, shortest);

function shortest(value: number): number {
  for (const digits of [6, 7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  // Nine digits represent every 32-bit float exactly.
  return Number(value.toPrecision(9));
}

function footerOf({ vectors, usage }: EmbeddingResponse): readonly string[] {
  const count = vectors.length === 1 ? '1 vector' : `${vectors.length} vectors`;
  const tokens = usage?.input === undefined ? [] : [`${usage.input} in`];
  return [`${count} of ${vectors[0]?.length ?? 0}`, ...tokens];
}
