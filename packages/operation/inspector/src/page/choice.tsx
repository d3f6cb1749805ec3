import type { JSX } from 'preact';

interface ChoiceProps {
  readonly label: string;
  /** Values with their labels. */
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Select with a visible label. */
export const Choice = ({ label, options, value, onChange }: ChoiceProps): JSX.Element => (
  <label class="choice">
    {label}
    <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  </label>
);
