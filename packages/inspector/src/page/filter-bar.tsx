import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { FeedCall } from '../feed-types.ts';
import { ALL, choices, NO_TENANT, type Filter, type Shown } from './filter.ts';
import { Segments } from './segments.tsx';

const SHOWN: readonly (readonly [Shown, string])[] = [
  ['all', 'All'],
  ['running', 'Running'],
  ['finished', 'Answered'],
  ['failed-over', 'Failed over'],
  ['failed', 'Failed'],
  ['abandoned', 'Abandoned'],
];

interface FilterBarProps {
  readonly calls: readonly FeedCall[];
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function FilterBar({ calls, filter, onChange }: FilterBarProps): JSX.Element {
  const { tenants, targets } = useMemo(() => choices(calls), [calls]);
  const set = (change: Partial<Filter>): void => onChange({ ...filter, ...change });
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter calls"
      onSubmit={(event) => event.preventDefault()}
    >
      <input
        type="search"
        aria-label="Search in specs, targets, tenants, errors and ids"
        placeholder="Search"
        value={filter.text}
        onInput={({ currentTarget }) => set({ text: currentTarget.value })}
      />
      <Choice
        label="Tenant"
        all="All tenants"
        values={tenants}
        value={filter.tenant}
        onChange={(tenant) => set({ tenant })}
      />
      <Choice
        label="Target"
        all="All targets"
        values={targets}
        value={filter.target}
        onChange={(target) => set({ target })}
      />
      <Segments
        label="Outcome"
        choices={SHOWN}
        value={filter.shown}
        onSelect={(shown) => set({ shown: filter.shown === shown ? ALL.shown : shown })}
      />
    </form>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly values: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const Choice = ({ label, all, values, value, onChange }: ChoiceProps): JSX.Element => (
  <select aria-label={label} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
    <option value="">{all}</option>
    {values.map((each) => (
      <option key={each} value={each}>
        {each === NO_TENANT ? 'no tenant' : each}
      </option>
    ))}
  </select>
);
