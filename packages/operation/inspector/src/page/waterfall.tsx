import type { JSX } from 'preact';
import type { FeedCall, FeedAttempt } from '../feed-types.ts';
import { duration, time } from './format.ts';
import { Outcome } from './icons.tsx';
import { marks } from './scale.ts';

const MARKS = 4;

/** Attempts of a call over time. Bars are pale until the first content. */
export function Waterfall({ call, now }: { readonly call: FeedCall; readonly now: number }): JSX.Element {
  const end = Math.max(1, (call.endedAt ?? now) - call.startedAt, ...call.tries.map(endOf));
  const percent = (ms: number): string => `${(ms / end) * 100}%`;
  return (
    <figure class="waterfall" aria-label="Attempts">
      <div class="axis" aria-hidden="true">
        {/* The label of a mark near the end is on its left side, because it would not fit around the mark. */}
        {marks(end, MARKS).map((mark) => (
          <span key={mark} class={mark > 0.95 * end ? 'edge' : undefined} style={{ left: percent(mark) }}>
            {duration(mark)}
          </span>
        ))}
      </div>
      <ol>
        {call.tries.map((each, index) => (
          <li key={index} class={each.outcome}>
            <div class="who">
              <Outcome outcome={each.outcome} />
              <span class="target">{each.target}</span>
              {(each.attempt ?? 1) > 1 && <span class="chip">try {each.attempt}</span>}
            </div>
            <div class="track" role="img" aria-label={nameOf(each, end)}>
              {marks(end, MARKS).map((mark) => (
                <i key={mark} class="grid" style={{ left: percent(mark) }} />
              ))}
              <Bar each={each} end={end} />
            </div>
            <p class="said">{describeAttempt(each)}</p>
          </li>
        ))}
      </ol>
    </figure>
  );
}

const nameOf = ({ target, outcome, at, ms }: FeedAttempt, end: number): string =>
  outcome === 'skipped'
    ? `${target} skipped at ${duration(at)}`
    : `${target} ${outcome}, began at ${duration(at)}, ${duration(ms ?? end - at)}`;

const endOf = ({ at, ms = 0, retryInMs = 0 }: FeedAttempt): number => at + ms + retryInMs;

function Bar({ each, end }: { readonly each: FeedAttempt; readonly end: number }): JSX.Element {
  const { at, firstAt, retryInMs, outcome } = each;
  const until = at + (each.ms ?? end - at);
  const span = (from: number, to: number): { left: string; width: string } => ({
    left: `${(from / end) * 100}%`,
    width: `${(Math.max(0, to - from) / end) * 100}%`,
  });
  if (outcome === 'skipped') return <span class="bar passed" style={{ left: `${(at / end) * 100}%` }} />;
  // Without a first content, the bar of a running attempt is pale, and that of an ended attempt is not.
  const contentStart = Math.min(firstAt ?? (outcome === 'running' ? until : at), until);
  return (
    <>
      <span class={`bar waited ${outcome}`} style={span(at, until)} />
      {contentStart < until && <span class={`bar content ${outcome}`} style={span(contentStart, until)} />}
      {retryInMs !== undefined && <span class="bar pause" style={span(until, until + retryInMs)} />}
    </>
  );
}

/** Describes an attempt as text. */
function describeAttempt(each: FeedAttempt): string {
  const { outcome, at, ms, firstAt, why, until, error, retryInMs, usage } = each;
  if (outcome === 'skipped')
    return `skipped: ${why ?? 'unknown'}${until === undefined ? '' : ` until ${time(until)}`}`;
  const isFailed = outcome === 'failed';
  const what = outcome === 'finished' ? 'answered' : outcome;
  const parts = [
    (isFailed && error !== undefined ? reasonOf(error) : what) +
      (ms === undefined ? '' : ` ${isFailed ? 'after' : 'in'} ${duration(ms)}`),
    firstAt === undefined ? '' : `first content after ${duration(firstAt - at)}`,
    usage?.input === undefined ? '' : `${usage.input} in`,
    usage?.output === undefined ? '' : `${usage.output} out`,
    retryInMs === undefined ? '' : `again in ${duration(retryInMs)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function reasonOf({ kind, facts }: NonNullable<FeedAttempt['error']>): string {
  const shownFacts = facts
    .filter(([name]) => name === 'status' || name === 'phase')
    .map(([, value]) => value);
  return [kind, ...shownFacts].join(' ');
}
