import type { JSX } from 'preact';
import type { ToldCall, ToldTry } from '../feed-types.ts';
import { failedOver } from './filter.ts';
import { duration, time, tokens, usd } from './format.ts';
import { useStore } from './hooks.ts';
import { Icon, Outcome } from './icons.tsx';

interface CallRowProps {
  readonly call: ToldCall;
  /** Of a call that runs. */
  readonly now: number;
  readonly isSelected: boolean;
  readonly place: number;
  readonly of: number;
  readonly onSelect: (id: string) => void;
}

/** A call in two lines: who answered whom, how it went, what it took. */
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

/** Who answered, else who is being asked, else who was to be. */
const titleOf = ({ answeredBy, tries, targets, spec }: ToldCall): string =>
  answeredBy ?? tries.findLast(({ outcome }) => outcome !== 'skipped')?.target ?? targets[0] ?? spec;

interface MiniProps {
  readonly call: ToldCall;
  readonly took: number;
}

/** The waterfall in one line; the details have it in words. */
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

export const place = (each: ToldTry, whole: number): { left: string; width: string } => ({
  left: `${(Math.min(each.at, whole) / whole) * 100}%`,
  width: `${(Math.max(0, Math.min(each.ms ?? whole - each.at, whole - each.at)) / whole) * 100}%`,
});
