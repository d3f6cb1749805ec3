import type { CallEvent, Usage } from '@majordomo/core';
import { painter, type Style } from '../terminal/paint.ts';

export interface Timeline {
  readonly onEvent: (event: CallEvent) => void;
  readonly title: (text: string) => void;
  /** Prints a line of the demo, such as an answer. */
  readonly say: (label: string, text: string) => void;
  readonly summary: () => void;
  /** Counts of the events, by target. */
  readonly tally: ReadonlyMap<string, Tally>;
}

/** Counts of one target over all calls. */
export interface Tally {
  tried: number;
  failed: number;
  skipped: number;
  answered: number;
  input: number;
  output: number;
}

export interface TimelineOptions {
  readonly write: (text: string) => void;
  readonly hasColor: boolean;
  /** Function that returns the time in milliseconds. */
  readonly now?: () => number;
}

/** Creates a timeline that prints calls as they happen: targets, failures and answers. */
export function createTimeline({
  write,
  hasColor,
  now = () => performance.now(),
}: TimelineOptions): Timeline {
  const paint = painter({ hasColor });
  const began = new Map<string, number>();
  const tally = new Map<string, Tally>();
  const of = (target: string): Tally => {
    const known = tally.get(target) ?? { tried: 0, failed: 0, skipped: 0, answered: 0, input: 0, output: 0 };
    tally.set(target, known);
    return known;
  };
  const line = (event: CallEvent, target: string, style: Style, text: string): void => {
    // Time since the call began, or 0 for an event that belongs to no call.
    const ms = Math.round(now() - (began.get(event.call?.id ?? '') ?? now()));
    write(`  ${paint('dim', `${ms} ms`.padStart(8))}  ${target.padEnd(24)}  ${paint(style, text)}\n`);
  };

  const onEvent = (event: CallEvent): void => {
    switch (event.type) {
      case 'call-start':
        began.set(event.call.id, now());
        write(`  ${paint('dim', 'chain')}     ${event.targets.join(', ')}\n`);
        break;
      case 'target-skipped':
        of(event.target).skipped++;
        line(event, event.target, 'yellow', `skipped: ${event.why}`);
        break;
      case 'attempt-start':
        of(event.target).tried++;
        line(event, event.target, 'dim', event.attempt === 1 ? 'called' : `called, attempt ${event.attempt}`);
        break;
      case 'attempt-failed': {
        const { error, willRetryInMs } = event;
        const again = willRetryInMs === undefined ? '' : `; retry in ${Math.round(willRetryInMs)} ms`;
        line(event, event.target, 'red', `✗ ${error.kind}${detail(error.details)}${again}`);
        break;
      }
      case 'attempt-end':
        finished(event.result.outcome, of(event.result.target), event.result.usage);
        if (event.result.outcome === 'finished') {
          line(
            event,
            event.result.target,
            'green',
            `✓ answered in ${formatDuration(event.result.ms)}${tokens(event.result.usage)}`,
          );
        }
        break;
      case 'committed':
        line(event, event.target, 'cyan', 'first content');
        break;
      case 'benched':
        // `until` is always set here. It is optional because the events `probed` and `recovered` share the type.
        line(event, event.target, 'yellow', `benched for ${seconds((event.until ?? 0) - Date.now())}`);
        break;
      case 'probed':
        line(event, event.target, 'yellow', 'probed: its bench has ended');
        break;
      case 'recovered':
        line(event, event.target, 'green', 'recovered');
        break;
      case 'call-end':
        if (event.outcome === 'failed') line(event, '', 'red', `the call failed: ${event.error?.kind ?? ''}`);
        if (event.outcome === 'abandoned') line(event, '', 'yellow', 'the caller stopped reading');
        began.delete(event.call.id);
        break;
      default:
        event satisfies never;
    }
  };

  return {
    onEvent,
    tally,
    title: (text) => {
      write(`\n${paint('bold', text)}\n`);
    },
    say: (label, text) => {
      write(`  ${paint('dim', label.padEnd(8))}  ${text}\n`);
    },
    summary() {
      write(`\n${paint('bold', 'Summary, computed from the events')}\n`);
      const row = (target: string, cells: readonly (string | number)[]): string =>
        `  ${target.padEnd(24)}${cells.map((cell) => String(cell).padStart(9)).join('')}\n`;
      write(paint('dim', row('target', ['called', 'failed', 'skipped', 'answered', 'in', 'out'])));
      for (const [target, { tried, failed, skipped, answered, input, output }] of tally) {
        write(row(target, [tried, failed, skipped, answered, input, output]));
      }
    },
  };
}

function finished(outcome: string, target: Tally, usage: Usage | undefined): void {
  if (outcome === 'finished') target.answered++;
  if (outcome === 'failed') target.failed++;
  target.input += usage?.input ?? 0;
  target.output += usage?.output ?? 0;
}

function detail({
  status,
  phase,
}: {
  readonly status: number | undefined;
  readonly phase: string | undefined;
}): string {
  if (phase !== undefined) return ` (${phase})`;
  return status === undefined ? '' : ` (${status})`;
}

const tokens = (usage: Usage | undefined): string =>
  usage === undefined ? '' : `: ${usage.input ?? '?'} tokens in, ${usage.output ?? '?'} out`;

/** Formats a duration for a narrow column. */
const formatDuration = (ms: number): string => (ms < 1000 ? `${Math.floor(ms)} ms` : seconds(ms));

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
