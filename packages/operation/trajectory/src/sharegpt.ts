import type { AssistantPart, CallPart, Message, Part, ResultPart } from '@majordomo/core';
import { vendorResultPieces } from '@majordomo/core/toolkit';
import { isCompleted, type Trajectory, type TrajectoryTool } from './trajectory.ts';

/** Entry of a conversation. */
export interface ShareGptTurn {
  readonly from: 'system' | 'human' | 'gpt' | 'tool';
  readonly value: string;
}

/** Run in the ShareGPT format. */
export interface ShareGpt {
  readonly conversations: readonly ShareGptTurn[];
  readonly timestamp: string;
  readonly model: string;
  readonly completed: boolean;
}

/**
 * Converts a run to the ShareGPT format with the tags of Hermes models. The system entry contains the tools, reasoning is in a
 * `think` block, and calls and results are JSON. Images become placeholders.
 */
export function toShareGpt(trajectory: Trajectory): ShareGpt {
  const { messages, at, spec, targets } = trajectory;
  return {
    conversations: [...systemTurn(trajectory), ...mergeToolTurns(withPairedResults(messages).map(turnOf))],
    timestamp: at,
    model: targets.at(-1) ?? spec,
    completed: isCompleted(trajectory),
  };
}

function systemTurn({ system, tools, messages }: Trajectory): readonly ShareGptTurn[] {
  const texts = messages.flatMap(({ role, parts }) => (role === 'system' ? [textOf(parts)] : []));
  const systemTexts = [system, ...texts, tools.length === 0 ? undefined : toolsText(tools)];
  const value = systemTexts.filter((text) => text !== undefined && text !== '').join('\n\n');
  return value === '' ? [] : [{ from: 'system', value }];
}

const toolsText = (tools: readonly TrajectoryTool[]): string =>
  [
    'Functions may be called. <tools> contains their signatures as JSON. A call is a JSON object with "name" and "arguments"',
    'in <tool_call>; its result is in <tool_response>.',
    `<tools>\n${JSON.stringify(tools.map(({ name, description, parameters }) => ({ name, description, parameters })))}\n</tools>`,
  ].join('\n');

/** Returns the messages without those of the system. The results of calls directly follow their calls. */
function withPairedResults(messages: readonly Message[]): readonly Message[] {
  const spoken = messages.filter(({ role }) => role !== 'system');
  const taken = new Set<ResultPart>();
  return spoken.flatMap((message, at): readonly Message[] => {
    if (message.role === 'tool') {
      const rest = message.parts.filter((part) => !taken.has(part));
      return rest.length === 0 ? [] : [{ role: 'tool', parts: rest }];
    }
    if (message.role !== 'assistant') return [message];
    const results = message.parts.flatMap((part) => {
      if (!isCall(part)) return [];
      const result = resultOf(part.id, spoken.slice(at + 1), taken);
      if (result !== undefined) taken.add(result);
      return result ?? [];
    });
    return results.length === 0 ? [message] : [message, { role: 'tool', parts: results }];
  });
}

/** Returns the result of a call. If a later call has the same id, the results after it belong to that call. */
function resultOf(
  id: string,
  later: readonly Message[],
  taken: ReadonlySet<ResultPart>,
): ResultPart | undefined {
  for (const { role, parts } of later) {
    if (role === 'assistant' && parts.some((part) => isCall(part) && part.id === id)) return undefined;
    const found = role === 'tool' ? parts.find((part) => part.callId === id && !taken.has(part)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const isCall = (part: Part): part is CallPart => part.type === 'tool-call' || part.type === 'vendor-call';

function turnOf({ role, parts }: Message): ShareGptTurn {
  switch (role) {
    case 'system':
      return { from: 'system', value: textOf(parts) };
    case 'user':
      return { from: 'human', value: textOf(parts) };
    case 'assistant':
      return { from: 'gpt', value: modelText(parts) };
    case 'tool':
      return { from: 'tool', value: parts.map(resultText).join('\n') };
    default:
      return role satisfies never;
  }
}

function mergeToolTurns(turns: readonly ShareGptTurn[]): readonly ShareGptTurn[] {
  const result: ShareGptTurn[] = [];
  for (const turn of turns) {
    const last = result.at(-1);
    if (last?.from === 'tool' && turn.from === 'tool')
      result[result.length - 1] = { from: 'tool', value: `${last.value}\n${turn.value}` };
    else result.push(turn);
  }
  return result;
}

function modelText(parts: readonly AssistantPart[]): string {
  const thought = parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('\n');
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const calls = parts.flatMap((part) =>
    isCall(part) ? [tagged('tool_call', { name: part.name, arguments: part.args })] : [],
  );
  // Each turn of the model has a think block in this format, also without reasoning.
  const think = thought === '' ? '<think>\n</think>' : `<think>\n${thought}\n</think>`;
  return [think, ...(text === '' ? [] : [text]), ...calls].join('\n');
}

function resultText(part: ResultPart): string {
  const { callId, name } = part;
  const content = part.type === 'vendor-result' ? vendorResultPieces(part) : part.content;
  return tagged('tool_response', { tool_call_id: callId, name, content: contentOf(textOf(content)) });
}

/** Returns the JSON in a text, so that the line does not contain it as an escaped string, or the text itself. */
function contentOf(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const tagged = (tag: string, value: object): string => `<${tag}>\n${JSON.stringify(value)}\n</${tag}>`;

function textOf(parts: readonly Part[]): string {
  return parts.map(partText).join('\n');
}

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'image':
      return '[image]';
    case 'audio':
      return '[audio]';
    case 'vendor':
      return part.text === undefined ? `[${part.kind}]` : `[${part.kind}: ${part.text}]`;
    case 'blob':
    case 'file':
      return part.name === undefined ? '[file]' : `[file ${part.name}]`;
    case 'tool-call':
    case 'vendor-call':
      return tagged('tool_call', { name: part.name, arguments: part.args });
    case 'tool-result':
    case 'vendor-result':
      return resultText(part);
    default:
      return part satisfies never;
  }
}
