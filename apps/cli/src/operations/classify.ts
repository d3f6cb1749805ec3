import { resolve } from 'node:path';
import {
  type AnswerOf,
  type Basis,
  type Calibration,
  type Question,
  type Questions,
  toJson,
} from '@majordomo/core';
import { promptOf } from '../chat/prompt-of.ts';
import { parseSpecAndPrompt } from '../chat/spec-and-prompt.ts';
import { readJson } from '../files/read-json.ts';
import type { ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { throwStop } from '../program/throw-stop.ts';
import { loadPackage } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { runOperation, type OperationFlags, type ParseArguments } from './run-operation.ts';

/** Options of `majordomo classify`. */
export interface ClassifyFlags extends OperationFlags {
  readonly questions: string;
  readonly calibration?: string;
  readonly basis?: readonly string[];
}

type Package = typeof import('@majordomo/classify');

/** Implements `majordomo classify`. Prints the answer to each question about a text, with its probabilities. */
export async function classify(
  first: string | undefined,
  second: string | undefined,
  flags: ClassifyFlags,
  io: Io,
): Promise<ExitCode> {
  const read = (file: string): Promise<unknown> => readJson(resolve(io.cwd, file), file);
  const questions = (await read(flags.questions)) as Questions;
  const calibration = flags.calibration === undefined ? undefined : await read(flags.calibration);
  const { emulateClassification } = (await loadPackage(
    '@majordomo/classify',
    io.cwd,
    'majordomo classify',
  )) as Package;
  const bases = flags.basis as readonly Basis[] | undefined;
  const parse: ParseArguments = (aliases) => parseSpecAndPrompt([first, second], flags.model, aliases);
  return runOperation('classify', parse, flags, io, async ({ majordomo, spec, prompt, extra, options }) => {
    const input = await promptOf(prompt, io);
    const model = majordomo.with({ classification: emulateClassification() }).classificationModel(spec);
    const startedAt = performance.now();
    const request = { input, questions, calibration: calibration as Calibration | undefined, bases, extra };
    const response = await model.classify(request, options).catch((error: unknown) => {
      // Invalid questions, bases and calibrations are mistakes of the user.
      throwStop(error, 'config', 'invalid-request');
    });
    return {
      response,
      document: { ...response, warnings: toJson(response.warnings) },
      print: () => {
        for (const line of linesOf(questions, response.answers)) io.stdout.write(`${printable(line)}\n`);
      },
      footer: [],
      startedAt,
    };
  });
}

function linesOf(
  questions: Questions,
  answers: Readonly<Record<string, AnswerOf<Question>>>,
): readonly string[] {
  return Object.entries(answers).map(([name, answer]) => `${name}: ${textOf(answer, questions[name])}`);
}

function textOf(answer: AnswerOf<Question>, question: Question | undefined): string {
  if (answer.type === 'predicate') return probability(answer.probability);
  if (answer.type === 'choice') return `${answer.choice} (${listed(Object.entries(answer.probabilities))})`;
  const levels = question?.type === 'score' ? question.levels : [];
  const named = answer.probabilities.map((value, at) => [levels[at] ?? String(at), value] as const);
  return `${answer.score.toFixed(2)} (${listed(named)})`;
}

const listed = (probabilities: readonly (readonly [string, number])[]): string =>
  probabilities.map(([name, value]) => `${name} ${probability(value)}`).join(', ');

/** Formats a probability with two digits, which is the precision of the vendors. */
const probability = (value: number): string => value.toFixed(2);
