import type { CallEvent, ChatRequest } from '@majordomo/core';
import { randomHex } from './access.ts';
import { Contents } from './contents.ts';
import type { FeedSource } from './feed.ts';
import { Journal } from './journal.ts';
import type { InspectorSetup } from './options.ts';
import { toFeedSnapshot } from './feed-health.ts';
import { watchRetirements } from './retirements.ts';
import type { FeedHello } from './feed-types.ts';

const NO_ANSWER = { response: undefined, answers: undefined };

/** Maximum number of calls in one message. */
const BATCH = 200;

interface Watching {
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  /** Prompts and answers, if `content` is set. */
  readonly contents: Contents | undefined;
  readonly source: FeedSource;
}

/** Stores the state of calls and notifies connected pages. `changing` returns the members of `hello` that a reload may change. */
export function watch(
  { majordomo, content, keep, redactor, clock, ledger, catalog }: InspectorSetup,
  changing: () => Pick<FeedHello, 'presets' | 'models' | 'hasAdmin' | 'hasMcp' | 'hasPlayground'>,
): Watching {
  const boot = randomHex(6);
  const journal = new Journal(keep, redactor);
  const contents = content ? new Contents(redactor) : undefined;
  const listeners = new Set<(what: 'calls' | 'health') => void>();
  const notify = (what: 'calls' | 'health'): void => {
    for (const listener of listeners) listener(what);
  };
  majordomo.health.onChange(() => {
    notify('health');
  });
  const retirements = watchRetirements(catalog, clock, () => {
    notify('health');
  });
  const onEvent = (event: CallEvent, request?: ChatRequest): void => {
    const isNew = journal.apply(event, clock.now());
    retirements.onEvent(event);
    if (contents !== undefined && event.call !== undefined && journal.has(event.call.id))
      storeContent(contents, event, event.call.id, request);
    if (isNew) notify('calls');
  };
  // Store content for repeated events too, because a repeated `call-start` may contain a request that the first one lacked.
  function storeContent(to: Contents, event: CallEvent, id: string, request: ChatRequest | undefined): void {
    const { response: answered, answers } = event.type === 'call-end' ? event : NO_ANSWER;
    if (event.type === 'call-start' && request !== undefined) to.setRequest(id, request);
    else if (answered !== undefined) to.setAnswer(id, answered);
    else if (answers !== undefined) to.setAnswers(id, answers);
    else return;
    journal.set(id, { hasContent: true });
  }
  const hello = (): FeedHello => ({
    boot,
    now: clock.now(),
    keep,
    hasLedger: ledger !== undefined,
    showsContent: content,
    ...changing(),
  });
  const source: FeedSource = {
    boot,
    clock,
    hello,
    health: () => toFeedSnapshot(majordomo.health.snapshot(), retirements.notices),
    calls(after) {
      if (after >= journal.last) return undefined;
      const lines = journal.since(after, BATCH);
      const last = lines.at(-1);
      return last === undefined ? undefined : { calls: lines.map(({ call }) => call), last: last.change };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { onEvent, contents, source };
}
