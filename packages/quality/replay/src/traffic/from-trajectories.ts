import {
  messageOf,
  type AssistantMessage,
  type ChatRequest,
  type FinishReason,
  type JsonObject,
  type Message,
} from '@majordomo/core';
import { fileError, readLines } from '@majordomo/evals/internal';
import type { Trajectory } from '@majordomo/trajectory';
import type { RecordedCall } from './answer.ts';
import type { Traffic } from './traffic.ts';

/**
 * Returns each model turn of stored agent runs as a call. Settings, schemas of answers, cost and times of turns are not known. Skips
 * an incomplete line at the end of a file. Listing rejects with `config` for any other line that is not a trajectory.
 *
 * @param files paths of files that `@majordomo/trajectory` wrote
 */
export function fromTrajectories(files: string | readonly string[]): Traffic {
  /** Turns of the runs, read once. */
  let turns: Promise<ReadonlyMap<string, RecordedCall>> | undefined;
  const load = (): Promise<ReadonlyMap<string, RecordedCall>> => (turns ??= readTurns([files].flat()));
  return {
    async *list() {
      for (const id of (await load()).keys()) yield { id };
    },
    async read(id) {
      return (await load()).get(id) ?? { excluded: 'the turn is no longer in the files' };
    },
  };
}

async function readTurns(files: readonly string[]): Promise<ReadonlyMap<string, RecordedCall>> {
  const { parseTrajectory } = await import('@majordomo/trajectory');
  const turns = new Map<string, RecordedCall>();
  for (const file of files) {
    const lines = await readLines(file);
    if (lines === undefined) throw fileError(file, 'the file does not exist; check the path');
    for (const [at, { text, place, value }] of lines.entries()) {
      if (value === undefined && at === lines.length - 1) continue;
      try {
        for (const turn of turnsOf(parseTrajectory(text))) turns.set(turn.id, turn);
      } catch (error) {
        throw fileError(place, `the line cannot be read: ${messageOf(error)}`);
      }
    }
  }
  return turns;
}

function turnsOf(trajectory: Trajectory): readonly RecordedCall[] {
  const { id, at, spec, system, tools, messages, targets, metadata } = trajectory;
  const answers = messages.filter(({ role }) => role === 'assistant').length;
  // The transcript may begin with turns of earlier runs, whose targets are not known.
  const earlier = targets.length === 0 ? 0 : Math.max(0, answers - targets.length);
  let turn = 0;
  return messages.flatMap((message, position): readonly RecordedCall[] => {
    if (message.role !== 'assistant') return [];
    turn += 1;
    if (turn <= earlier) return [];
    const target = targets[turn - earlier - 1] ?? spec;
    return [
      {
        id: `${id}/${turn}`,
        at,
        request: requestOf(system, tools, messages.slice(0, position)),
        response: { parts: message.parts, finish: finishOf(message), target, usage: undefined },
        metadata: { conversation: id, ...metadata },
        name: spec,
      },
    ];
  });
}

function requestOf(
  system: string | undefined,
  tools: Trajectory['tools'],
  messages: readonly Message[],
): ChatRequest {
  const specs = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters: parameters as JsonObject,
  }));
  return { messages, system, tools: specs.length === 0 ? undefined : specs };
}

const finishOf = ({ parts }: AssistantMessage): FinishReason =>
  parts.some(({ type }) => type === 'tool-call' || type === 'vendor-call') ? 'tool-calls' : 'stop';
