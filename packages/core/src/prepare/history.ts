import type { TurnMessage } from '../contract/message.ts';

/**
 * Has every tool call exactly one result, right after its turn and in call order? Nearly every history is like that: this
 * looks at it without making anything but one set, and that only for tool calls.
 */
export function isSound(messages: readonly TurnMessage[]): boolean {
  let seen: Set<string> | undefined;
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message?.role === 'tool') return false;
    if (message?.role !== 'assistant') continue;
    const next = messages[at + 1];
    const results = next?.role === 'tool' ? next.parts : undefined;
    let calls = 0;
    for (const part of message.parts) {
      if (part.type !== 'tool-call') continue;
      seen ??= new Set();
      if (seen.has(part.id) || results?.[calls]?.callId !== part.id) return false;
      seen.add(part.id);
      calls++;
    }
    if (calls === 0) continue;
    if (results?.length !== calls) return false;
    at++;
  }
  return true;
}

/** Can this model read all of its tokens? Most messages stay the same objects: caches downstream know them by identity. */
export function isReadable(message: TurnMessage, families: readonly string[]): boolean {
  if (message.role !== 'assistant') return true;
  return message.parts.every(({ type, replay }) =>
    replay === undefined ? type === 'text' || type === 'tool-call' : families.includes(replay.family),
  );
}
