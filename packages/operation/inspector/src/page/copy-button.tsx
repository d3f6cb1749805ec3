import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  /** Returns the text to copy. */
  readonly text: () => string;
  /** Advice to the user if the browser does not copy, such as `copy the address of the page`. */
  readonly otherwise: string;
}

/** Button that copies a text, and its result. */
export function CopyButton({ label, text, otherwise }: CopyButtonProps): JSX.Element {
  const [said, setSaid] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setSaid('Copied.'),
      () => setSaid(`Not copied: ${otherwise}.`),
    );
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {label}
      </button>
      <span role="status" class="soft">
        {said}
      </span>
    </>
  );
}
