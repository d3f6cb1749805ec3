import type { JSX } from 'preact';

interface SegmentsProps<Value extends string> {
  /** Name of the group for screen readers. */
  readonly label: string;
  readonly choices: readonly (readonly [Value, string, ...unknown[]])[];
  readonly value: Value;
  readonly onSelect: (value: Value) => void;
}

/** Row of buttons of which one is pressed. */
export const Segments = <Value extends string>({
  label,
  choices,
  value,
  onSelect,
}: SegmentsProps<Value>): JSX.Element => (
  <div class="segments" role="group" aria-label={label}>
    {choices.map(([choice, text]) => (
      <button key={choice} type="button" aria-pressed={choice === value} onClick={() => onSelect(choice)}>
        {text}
      </button>
    ))}
  </div>
);
