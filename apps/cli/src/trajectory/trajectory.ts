import { resolve } from 'node:path';
import { LlmError } from '@majordomo/core';
import type { ShareGpt, Trajectory } from '@majordomo/trajectory';
import { openSpec } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { readText } from '../files/read-json.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { formatMessage } from '../log/format-message.ts';
import { painter, printable, printableJson } from '../terminal/paint.ts';

/** Options of `trajectory show`. */
export interface ShowFlags {
  readonly id?: string;
}

/** Options of `trajectory export`. */
export interface ExportFlags {
  readonly sharegpt?: true;
  readonly tokens?: string;
}

/** Options of `trajectory replay`. */
export interface ReplayFlags {
  readonly model: string;
  readonly id?: string;
}

type Package = typeof import('@majordomo/trajectory');

export async function showTrajectories(file: string, { id }: ShowFlags, io: Io): Promise<ExitCode> {
  const { parseTrajectory } = await trajectoryPackage(io);
  for (const trajectory of await trajectoriesIn(file, id, parseTrajectory, io)) {
    const { system, messages } = trajectory;
    io.stdout.write(heading(trajectory, io));
    if (system !== undefined) io.stdout.write(`${formatMessage(systemTurn(system), io)}\n`);
    for (const message of messages) io.stdout.write(`${formatMessage(message, io)}\n`);
  }
  return EXIT.ok;
}

export async function exportTrajectories(
  file: string,
  { sharegpt, tokens }: ExportFlags,
  io: Io,
): Promise<ExitCode> {
  if (tokens !== undefined && (sharegpt !== true || !/^[1-9]\d{0,8}$/.test(tokens)))
    throw new Stop('--tokens must be a positive integer, and requires --sharegpt');
  const { parseTrajectory, toLine, toShareGpt, compress } = await trajectoryPackage(io);
  const { estimateTokens } = await import('@majordomo/catalog/tokens');
  const shorter = (conversation: ShareGpt): ShareGpt =>
    tokens === undefined
      ? conversation
      : compress(conversation, { tokens: estimateTokens, targetTokens: Number(tokens) }).conversation;
  for (const trajectory of await trajectoriesIn(file, undefined, parseTrajectory, io)) {
    const line = sharegpt === true ? JSON.stringify(shorter(toShareGpt(trajectory))) : toLine(trajectory);
    io.stdout.write(`${printableJson(line)}\n`);
  }
  return EXIT.ok;
}

/** Implements `majordomo trajectory replay`. Exits with 1 if a model answered differently. */
export async function replayTrajectories(
  file: string,
  { model: spec, id }: ReplayFlags,
  io: Io,
): Promise<ExitCode> {
  const { parseTrajectory, replay } = await trajectoryPackage(io);
  const trajectories = await trajectoriesIn(file, id, parseTrajectory, io);
  const { cwd, signal, stdout } = io;
  const majordomo = await openSpec(spec, await loadSettings(io), { cwd, signal });
  const model = majordomo.model(spec);
  let turns = 0;
  let same = 0;
  for (const trajectory of trajectories) {
    stdout.write(heading(trajectory, io));
    for await (const { turn, differences, response } of replay(trajectory, model, { signal })) {
      turns++;
      if (differences.length === 0) same++;
      const lines = differences.length === 0 ? ['the same'] : differences;
      const text = lines.map((line) => `turn ${turn}  ${printable(response.target)} ${printable(line)}`);
      stdout.write(`${wrapText(text.join('\n'), stdout.columns, 2)}\n`);
    }
  }
  stdout.write(`${same} of ${turns} turns are identical\n`);
  return same === turns ? EXIT.ok : EXIT.failed;
}

const trajectoryPackage = async ({ cwd }: Io): Promise<Package> =>
  (await loadPackage('@majordomo/trajectory', cwd, 'majordomo trajectory')) as Package;

/**
 * Reads the runs of a file. Skips an incomplete last line, which a killed process leaves, with a notice. Throws for any other
 * invalid line.
 */
async function trajectoriesIn(
  file: string,
  id: string | undefined,
  parse: Package['parseTrajectory'],
  { cwd, stderr }: Io,
): Promise<readonly Trajectory[]> {
  const lines = (await readText(resolve(cwd, file), file)).split('\n');
  const all = lines.flatMap((line, at): readonly Trajectory[] => {
    if (line.trim() === '') return [];
    try {
      return [parse(line)];
    } catch (error) {
      if (!LlmError.is(error)) throw error;
      if (at !== lines.length - 1) throw new Stop(`${file}, line ${at + 1}: ${error.message}`);
      stderr.write(`${printable(file)}: the last line is incomplete or invalid and was skipped\n`);
      return [];
    }
  });
  const found = id === undefined ? all : all.filter((trajectory) => trajectory.id === id);
  if (found.length === 0) throw new Stop(`${file} has no run${id === undefined ? '' : ` "${id}"`}`);
  return found;
}

function heading({ id, at, spec, targets, outcome, usage }: Trajectory, { stdout }: Io): string {
  const paint = painter(stdout);
  const tokens = usage === undefined ? '' : ` · ${usage.input ?? '?'} in, ${usage.output ?? '?'} out`;
  const by = [...new Set(targets)].join(', ') || spec;
  const lines = [
    paint('bold', printable(id)),
    paint('dim', printable(`${at} · ${by} · ${outcome}${tokens}`)),
  ];
  return `${lines.map((line) => wrapText(line, stdout.columns, 2)).join('\n')}\n\n`;
}

const systemTurn = (text: string) => ({ role: 'system', parts: [{ type: 'text', text }] }) as const;
