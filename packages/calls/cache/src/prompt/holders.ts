import type { Clock } from '@majordomo/core';
import { abortable, isRecord, setNewest, withTimeout } from '@majordomo/core/toolkit';
import { layoutOf, type RecordStore } from '@majordomo/records';

/** Prefix of a conversation that the vendor of one target has cached. `hash` identifies the prefix. */
export interface Holder {
  readonly target: string;
  /** Number of messages in the prefix. */
  readonly count: number;
  readonly hash: string;
  /** Number of tokens in the vendor's cache. */
  readonly held: number;
  /** Number of input tokens of the last request to the target. */
  readonly input: number;
  /** Number of output tokens of the last request to the target. */
  readonly output: number;
  /** Expected end of the entry's lifetime, in epoch milliseconds. */
  readonly until: number;
}

/** State of one conversation. The state contains hashes, counts and times, but no text. */
export interface Conversation {
  /** At most one for each target, in the order of their last attempts. */
  readonly holders: readonly Holder[];
  /** Time since which another target is tried before the first healthy target, in epoch milliseconds. */
  readonly awaySince?: number | undefined;
}

export const NO_HOLDERS: Conversation = { holders: [] };

const SPACE = 'prompt-caches';
const LAYOUT = layoutOf<object>('the prompt cache', 1);

interface ConversationsOptions {
  readonly records: RecordStore | undefined;
  readonly storeTimeoutMs: number;
  readonly maxConversations: number;
  readonly clock: Clock;
}

/** Stores conversations in memory and, if configured, in a shared store. */
export class Conversations {
  private readonly options: ConversationsOptions;
  private readonly known = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.options = options;
  }

  /** Returns a conversation; `undefined` if the store fails or does not respond in time. */
  async read(key: string, signal: AbortSignal): Promise<Conversation | undefined> {
    const { records } = this.options;
    if (records === undefined) {
      const known = this.get(key);
      // Sets a known conversation again, so that it is the last one to be removed.
      if (known !== NO_HOLDERS) this.set(key, known);
      return known;
    }
    const stored = await this.fromStore(records, key, signal);
    if (stored !== undefined) this.set(key, stored);
    return stored;
  }

  /** Returns the conversation from the memory of this process. */
  get(key: string): Conversation {
    return this.known.get(key) ?? NO_HOLDERS;
  }

  /** Stores a conversation in memory at once and in the shared store in the background. */
  write(key: string, conversation: Conversation): void {
    this.set(key, conversation);
    const { records, clock } = this.options;
    if (records === undefined) return;
    const untils = conversation.holders.map(({ until }) => until);
    const keepMs = Math.max(1, ...untils.map((until) => until - clock.now()));
    const write = async (): Promise<void> => {
      await records.write(SPACE, [{ type: 'put', key, value: LAYOUT.write(conversation), keepMs }]);
    };
    // Ignore a failed write. Other processes then read an older state or none.
    void write().catch(() => undefined);
  }

  private set(key: string, conversation: Conversation): void {
    setNewest(this.known, key, conversation, this.options.maxConversations);
  }

  private async fromStore(
    records: RecordStore,
    key: string,
    signal: AbortSignal,
  ): Promise<Conversation | undefined> {
    const { clock, storeTimeoutMs } = this.options;
    try {
      const reading = (async () => records.get(SPACE, key))();
      const record = await abortable(withTimeout(reading, storeTimeoutMs, clock), signal);
      return record === undefined ? NO_HOLDERS : parseConversation(LAYOUT.read(key, record.value));
    } catch {
      return undefined;
    }
  }
}

/** Parses a stored conversation. Returns an empty conversation for an invalid value. */
function parseConversation(value: unknown): Conversation {
  if (!isRecord(value) || !Array.isArray(value['holders']) || !value['holders'].every(isHolder))
    return NO_HOLDERS;
  const { holders, awaySince } = value;
  return { holders, ...(typeof awaySince === 'number' && { awaySince }) };
}

function isHolder(value: unknown): value is Holder {
  if (!isRecord(value)) return false;
  const { target, hash, count, held, input, output, until } = value;
  return (
    typeof target === 'string' &&
    typeof hash === 'string' &&
    [count, held, input, output].every((amount) => Number.isSafeInteger(amount) && Number(amount) >= 0) &&
    Number.isFinite(until)
  );
}
