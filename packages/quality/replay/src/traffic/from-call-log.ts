import type { CallEntry, CallLog, CallQuery } from '@majordomo/admin';
import { fromJson, type ChatRequest } from '@majordomo/core';
import type { AnswerContent, RecordedCall } from './answer.ts';
import { isExperiment } from './tenant.ts';
import type { Traffic } from './traffic.ts';

/** Filter for the calls of a log. A call matches if it meets all given conditions. */
export interface CallLogTraffic {
  /** Start of the period, inclusive. */
  readonly from?: CallQuery['from'];
  /** End of the period, exclusive. */
  readonly to?: CallQuery['to'];
  /** Model name that the client sent. */
  readonly model?: CallQuery['model'];
  /** Target that answered. */
  readonly target?: CallQuery['target'];
  readonly tenant?: CallQuery['tenant'];
  /** Arms that splits of `@majordomo/routing` chose, by name, such as `{ fast: 'canary' }`. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
}

const PAGE = 1000;
const FORMAT = 'majordomo-chat/1';

/**
 * Returns the finished chats of a call log that match the query. Calls of experiments are omitted. Only calls with complete content
 * can be replayed: create the log with `contentOf`.
 *
 * @example fromCallLog(createCallLog({ store: stores.calls }), { target: 'openai/gpt-5.4', from: new Date(Date.now() - 7 * 86_400_000) })
 */
export function fromCallLog(log: Pick<CallLog, 'page' | 'get'>, query: CallLogTraffic = {}): Traffic {
  const { arms = {}, ...filter } = query;
  const hasArms = (entry: CallEntry): boolean =>
    Object.entries(arms).every(([name, arm]) => entry.arms?.[name] === arm);
  return {
    async *list(signal) {
      let after: string | undefined;
      do {
        signal.throwIfAborted();
        const page = await log.page({
          ...filter,
          operation: 'chat',
          outcome: 'finished',
          limit: PAGE,
          after,
        });
        for (const entry of page.calls)
          if (!isExperiment(entry.tenant) && hasArms(entry)) yield { id: entry.id };
        after = page.next;
      } while (after !== undefined);
    },
    async read(id) {
      const entry = await log.get(id);
      if (entry === undefined) return { excluded: 'the call is no longer in the log' };
      return callOf(entry);
    },
  };
}

function callOf(entry: CallEntry): RecordedCall | { readonly excluded: string } {
  const { content } = entry;
  if (content === undefined) return { excluded: 'no content is stored, or it has expired' };
  // A later version may have stored the entry.
  const format: string | undefined = content.format;
  if (format === undefined) return { excluded: 'the content is not complete' };
  if (format !== FORMAT) return { excluded: `the content has the unknown format ${format}` };
  if (content.response === undefined) return { excluded: 'the content has no response' };
  return {
    id: entry.id,
    at: entry.at,
    request: fromJson<ChatRequest>(content.request),
    response: fromJson<AnswerContent>(content.response),
    tenant: entry.tenant,
    metadata: entry.metadata,
    name: entry.spec ?? entry.model,
    arms: entry.arms,
    ms: entry.ms,
    firstMs: entry.firstMs,
    nanoUsd: entry.nanoUsd,
    redactions: content.redactions,
  };
}
