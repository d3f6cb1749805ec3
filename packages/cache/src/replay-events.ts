import type { AssistantPart, ChatResponse, StreamEvent } from '@majordomo/core';

/** Returns a stored response as the events of a stream. */
export function replayEvents(response: ChatResponse): readonly StreamEvent[] {
  const { target, id, parts, warnings, finish, rawFinish, usage, stopDetails, logprobs } = response;
  return [
    { type: 'start', target, id },
    ...warnings.map((warning): StreamEvent => ({ type: 'warning', warning })),
    ...parts.flatMap(part),
    {
      type: 'finish',
      target,
      reason: finish,
      raw: rawFinish,
      usage,
      ...(stopDetails !== undefined && { stopDetails }),
      ...(logprobs !== undefined && { logprobs }),
    },
  ];
}

function part(part: AssistantPart, index: number): readonly StreamEvent[] {
  const end: StreamEvent = { type: 'part-end', index, part };
  switch (part.type) {
    case 'text':
      return [
        { type: 'part-start', index, part: { type: 'text' } },
        { type: 'text-delta', index, text: part.text },
        end,
      ];
    case 'reasoning':
      return [
        { type: 'part-start', index, part: { type: 'reasoning' } },
        { type: 'reasoning-delta', index, text: part.text },
        end,
      ];
    case 'tool-call':
      return [
        { type: 'part-start', index, part: { type: 'tool-call', id: part.id, name: part.name } },
        { type: 'args-delta', index, json: JSON.stringify(part.args) },
        end,
      ];
    case 'vendor':
      return [end];
    default:
      return part satisfies never;
  }
}
