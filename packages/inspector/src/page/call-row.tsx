import type { JSX } from 'preact';
import type { FeedCall, FeedAttempt } from '../feed-types.ts';
import { failedOver } from './filter.ts';
import { duration, time, tokens, usd } from './format.ts';
import { useStore } from './hooks.ts';
import { Icon, Outcome } from './icons.tsx';

interface CallRowProps {
  readonly call: FeedCall;
  /** Current time, for the duration of running calls. */
  readonly now: number;
  readonly isSelected: boolean;
  readonly place: number;
  readonly of: number;
  readonly onSelect: (id: string) => void;
}

/** Row of a call: target, tenant, outcome and duration. */
export function CallRow({ call, now, isSelected, place, of, onSelect }: CallRowProps): JSX.Element {
  const took = Math.max(0, (call.endedAt ?? now) - call.startedAt);
  const cost = useStore().costOf(call.id)?.nanoUsd;
  return (
    <div
      id={`call-${call.id}`}
      class="row"
      role="option"
      aria-selected={isSelected}
      aria-setsize={of}
      aria-posinset={place}
      onClick={() => onSelect(call.id)}
    >
      <Outcome outcome={call.outcome} />
      <span class="what">
        <span class="title">
          {failedOver(call) && <Icon name="over" />}
          {failedOver(call) && <span class="unseen">failed over to </span>}
          <span class="target">{titleOf(call)}</span>
        </span>
        <span class="sub">
          {time(call.startedAt)}
          {call.tenant !== undefined && <b>{call.tenant}</b>}
          <span class="spec">{call.error?.kind ?? call.spec}</span>
        </span>
      </span>
      <MiniBars call={call} took={took} />
      <span class="took">
        <span>{duration(took)}</span>
        <span class="sub">
          {cost !== undefined
            ? usd(cost)
            : call.usage?.output === undefined
              ? ''
              : `${tokens((call.usage.input ?? 0) + call.usage.output)} tok`}
        </span>
      </span>
    </div>
  );
}

/** Returns the target that answered, otherwise the last attempted target, otherwise the first target of the chain. */
const titleOf = ({ answeredBy, tries, targets, spec }: FeedCall): string =>
  answeredBy ?? tries.findLast(({ outcome }) => outcome !== 'skipped')?.target ?? targets[0] ?? spec;

interface MiniProps {
  readonly call: FeedCall;
  readonly took: number;
}

/** Waterfall of the attempts in one line. The call's details contain the same data as text. */
function MiniBars({ call, took }: MiniProps): JSX.Element {
  const whole = Math.max(1, took);
  return (
    <span class="mini" aria-hidden="true">
      {call.tries
        .filter(({ outcome }) => outcome !== 'skipped')
        .map((each, index) => (
          <span key={index} class={each.outcome} style={place(each, whole)} />
        ))}
    </span>
  );
}

export const place = (each: FeedAttempt, whole: number): { left: string; width: string } => ({
  left: `${(Math.min(each.at, whole) / whole) * 100}%`,
  width: `${(Math.max(0, Math.min(each.ms ?? whole - each.at, whole - each.at)) / whole) * 100}%`,
});
