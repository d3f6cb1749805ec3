import type { Mutant } from './mutant.ts';

/** A mutant that no test can detect, because it does not change the behavior. */
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
    file: 'prepare/history.ts',
    before: 'for (let at = 0; at < messages.length;) at = repair.repairNext(messages, at);',
    after: 'for (let at = 0; at <= messages.length;) at = repair.repairNext(messages, at);',
    why: '`repairNext` skips a missing message',
  },
  {
    file: 'prepare/history.ts',
    before: 'for (let at = 0; at < messages.length; at++) {',
    after: 'for (let at = 0; at <= messages.length; at++) {',
    why: 'a missing message has no role',
  },
  {
    file: 'prepare/history.ts',
    before: 'if (message === undefined) return at + 1;',
    after: 'if (message === undefined) return at + 2;',
    why: 'only satisfies the compiler, because the message always exists',
  },
  {
    file: 'prepare/history.ts',
    before: "while (end < messages.length && messages[end]?.role !== 'assistant') end++;",
    after: "while (end <= messages.length && messages[end]?.role !== 'assistant') end++;",
    why: 'a position after the end selects the same messages',
  },
  {
    file: 'stream/event-writer.ts',
    before: "id: '',",
    after: "id: '?',",
    why: 'text and reasoning parts do not use the property',
  },
  {
    file: 'stream/event-writer.ts',
    before: "name: '',",
    after: "name: '?',",
    why: 'text and reasoning parts do not use the property',
  },
  {
    file: 'stream/event-writer.ts',
    before: "private responseId = '';",
    after: "private responseId = '?';",
    why: 'the start sets it before any id is generated',
  },
  {
    file: 'stream/event-writer.ts',
    before: 'if (batch.length === 0) return NOTHING;',
    after: ';',
    why: 'only avoids a new empty list',
  },
];

export const isEquivalent = (mutant: Mutant): boolean => EQUIVALENT.some((entry) => isSame(entry, mutant));

/** Returns the entries whose code has changed since. They must be reviewed. */
export const outdated = (mutants: readonly Mutant[], starts: readonly string[]): readonly Equivalent[] =>
  EQUIVALENT.filter(
    (entry) =>
      starts.some((start) => entry.file.startsWith(start)) && !mutants.some((it) => isSame(entry, it)),
  );

type Change = Pick<Mutant, 'file' | 'before' | 'after'>;

const isSame = (a: Change, b: Change): boolean =>
  a.file === b.file && a.before === b.before && a.after === b.after;
