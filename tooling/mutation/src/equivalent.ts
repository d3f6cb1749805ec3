import type { Mutant } from './mutant.ts';

/** A change that no test can notice, since nothing that anybody can see depends on it. */
export interface Equivalent extends Pick<Mutant, 'file' | 'before' | 'after'> {
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'call/call-run.ts',
    before: 'private isBeingPulled = false;',
    after: 'private isBeingPulled = true;',
    why: 'a call is pulled as soon as it is created',
  },
  {
    file: 'health/tracker.ts',
    before: 'if (this.conditions.size === 0) return undefined;',
    after: ';',
    why: 'only saves look-ups while all targets are healthy',
  },
  {
    file: 'health/tracker.ts',
    before: "const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 0;",
    after: "const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 1;",
    why: 'a healthy target has no end of a bench',
  },
  {
    file: 'operations/transcription.ts',
    before: 'durationMs = 1,',
    after: 'durationMs = 2,',
    why: 'any default above 0 passes the check',
  },
  {
    file: 'prepare/capabilities.ts',
    before: 'if (images !== false && files === undefined) return;',
    after: ';',
    why: 'saves a walk over the whole history at every call',
  },
  {
    file: 'prepare/repair-history.ts',
    before: 'for (let at = 0; at < messages.length;) at = repair.turn(messages, at);',
    after: 'for (let at = 0; at <= messages.length;) at = repair.turn(messages, at);',
    why: 'behind the last message there is none, which `turn` passes over',
  },
  {
    file: 'prepare/history.ts',
    before: 'for (let at = 0; at < messages.length; at++) {',
    after: 'for (let at = 0; at <= messages.length; at++) {',
    why: 'behind the last message there is none, which has no role',
  },
  {
    file: 'prepare/repair-history.ts',
    before: 'if (message === undefined) return at + 1;',
    after: 'if (message === undefined) return at + 2;',
    why: 'there is always a message: the compiler wants to hear it',
  },
  {
    file: 'prepare/repair-history.ts',
    before: "while (end < messages.length && messages[end]?.role !== 'assistant') end++;",
    after: "while (end <= messages.length && messages[end]?.role !== 'assistant') end++;",
    why: 'one behind the last message is behind it as well',
  },
  {
    file: 'stream/scribe.ts',
    before: "id: '',",
    after: "id: '?',",
    why: 'of text and reasoning: there for calls alone, and here so that all open parts have one shape',
  },
  {
    file: 'stream/scribe.ts',
    before: "name: '',",
    after: "name: '?',",
    why: 'of text and reasoning: there for calls alone, and here so that all open parts have one shape',
  },
  {
    file: 'stream/scribe.ts',
    before: 'unfinished: false,',
    after: 'unfinished: true,',
    why: 'of text and reasoning: there for calls alone, and here so that all open parts have one shape',
  },
  {
    file: 'stream/scribe.ts',
    before: "private responseId = '';",
    after: "private responseId = '?';",
    why: 'set anew by the begin, before which no id is made up',
  },
  {
    file: 'stream/scribe.ts',
    before: 'if (batch.length === 0) return NOTHING;',
    after: ';',
    why: 'saves a new list where the old one is empty',
  },
];

export const isEquivalent = (mutant: Mutant): boolean => EQUIVALENT.some((known) => isSame(known, mutant));

/** Those whose code has changed since: to be looked at again. */
export const outdated = (mutants: readonly Mutant[], starts: readonly string[]): readonly Equivalent[] =>
  EQUIVALENT.filter(
    (known) =>
      starts.some((start) => known.file.startsWith(start)) && !mutants.some((it) => isSame(known, it)),
  );

type Named = Pick<Mutant, 'file' | 'before' | 'after'>;

const isSame = (a: Named, b: Named): boolean =>
  a.file === b.file && a.before === b.before && a.after === b.after;
