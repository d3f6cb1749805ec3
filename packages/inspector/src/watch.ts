import type { CallEvent, ChatRequest } from '@majordomo/core';
import { randomHex } from './access.ts';
import { Contents } from './contents.ts';
import type { Feeding } from './feed.ts';
import { Journal } from './journal.ts';
import type { InspectorSetup } from './options.ts';
import { tellSnapshot } from './tell-health.ts';
import type { ToldHello } from './feed-types.ts';

/** Calls in one message. */
const BATCH = 200;

interface Watching {
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  /** Where they are shown. */
  readonly contents: Contents | undefined;
  readonly feeding: Feeding;
}

/** Keeps what events tell, and lets the pages hear of it. */
export function watch({
  majordomo,
  content,
  keep,
  redactor,
  clock,
  ledger,
  router,
}: InspectorSetup): Watching {
  const boot = randomHex(6);
  const journal = new Journal(keep, redactor);
  const contents = content ? new Contents(redactor) : undefined;
  const listeners = new Set<(what: 'calls' | 'health') => void>();
  const tell = (what: 'calls' | 'health'): void => {
    for (const listener of listeners) listener(what);
  };
  majordomo.health.onChange(() => {
    tell('health');
  });
  const onEvent = (event: CallEvent, request?: ChatRequest): void => {
    const isNew = journal.take(event, clock.now());
    if (contents !== undefined && event.call !== undefined && journal.has(event.call.id))
      keepContent(contents, event, event.call.id, request);
    if (isNew) tell('calls');
  };
  /** Whoever knows what is asked may tell an event that another listener has told already. */
  function keepContent(to: Contents, event: CallEvent, id: string, request: ChatRequest | undefined): void {
    const answered = event.type === 'call-end' ? event.response : undefined;
    if (event.type === 'call-start' && request !== undefined) to.asked(id, request);
    else if (answered !== undefined) to.answered(id, answered);
    else return;
    journal.note(id, { hasContent: true });
  }
  const hello = (): ToldHello => ({
    boot,
    now: clock.now(),
    keep,
    hasLedger: ledger !== undefined,
    showsContent: content,
    presets: router?.names() ?? [],
  });
  const feeding: Feeding = {
    boot,
    clock,
    hello,
    health: () => tellSnapshot(majordomo.health.snapshot()),
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
  return { onEvent, contents, feeding };
}
