import {
  type Capabilities,
  type ErrorDetails,
  type ErrorKind,
  LlmError,
  type ModelContext,
  type ModelEvent,
  type ModelRequest,
  type Provider,
} from '../../src/index.ts';
import type { ManualClock } from './manual-clock.ts';
import { ResponseWriter } from './response-writer.ts';
import { usageOf } from './usage.ts';

export interface Turn {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly json: string }[];
  /** Kind of the error thrown after the content. */
  readonly fail?: ErrorKind;
  readonly details?: Partial<ErrorDetails>;
  /** Whether the stream stalls after the content until the signal aborts. */
  readonly stall?: boolean;
  /** Whether the stalled stream ignores the signal. */
  readonly ignoresSignal?: boolean;
  /** Whether the stream ends without a finish. */
  readonly cut?: boolean;
  readonly waitMs?: number;
  readonly reason?: Extract<ModelEvent, { type: 'finish' }>['reason'];
  readonly onClose?: () => void;
  readonly capabilities?: Capabilities;
}
export type Script = string | Turn | ((request: ModelRequest, context: ModelContext) => string | Turn);

/** Returns a script whose turn is played with a key. */
export const withKey =
  (turn: Turn | string, key = 'k1'): Script =>
  (_request, { credential }) => {
    credential?.(key);
    return turn;
  };

/** Returns a provider whose models play their scripts turn by turn and repeat the last turn. */
export function scripted(
  id: string,
  scripts: { readonly [target: string]: readonly Script[] },
  requestCounts: Map<string, number>,
  clock: ManualClock,
): Provider {
  return {
    spi: 1,
    id,
    model: (modelId) => {
      const key = `${id}/${modelId}`;
      const script = scripts[key] ?? [];
      const first = script[0];
      return {
        id: modelId,
        wire: 'scripted',
        families: [id],
        capabilities: typeof first === 'object' ? (first.capabilities ?? {}) : {},
        stream(request, context) {
          const turn = requestCounts.get(key) ?? 0;
          requestCounts.set(key, turn + 1);
          const chosen = script[Math.min(turn, script.length - 1)] ?? { fail: 'config' };
          const played = typeof chosen === 'function' ? chosen(request, context) : chosen;
          return play(typeof played === 'string' ? { text: played } : played, context, clock);
        },
      };
    },
  };
}

async function* play(
  turn: Turn,
  { target, signal }: ModelContext,
  clock: ManualClock,
): AsyncIterable<readonly ModelEvent[]> {
  const writer = new ResponseWriter(target);
  try {
    yield [];
    if (turn.waitMs !== undefined) await clock.sleep(turn.waitMs, signal);
    writer.start('r1');
    if (turn.reasoning !== undefined) writer.reasoning(turn.reasoning);
    if (turn.text !== undefined) for (const word of turn.text.split(/(?<= )/)) writer.text(word);
    for (const { id, name, json } of turn.calls ?? []) writer.toolCall(id, name, json);
    yield writer.take();
    if (turn.stall === true || turn.ignoresSignal === true)
      await never(turn.ignoresSignal === true ? undefined : signal);
    if (turn.fail !== undefined)
      throw new LlmError(turn.fail, `${target} reported ${turn.fail}`, { target, ...turn.details });
    if (turn.cut === true) return;
    const reason = turn.reason ?? (turn.calls === undefined ? 'stop' : 'tool-calls');
    writer.finish(reason, reason, usageOf({ input: 1, output: 2 }));
    yield writer.take();
  } finally {
    turn.onClose?.();
  }
}

const never = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
