import { Window } from 'happy-dom';
import type { ReactNode } from 'react';
import { onTestFinished } from 'vitest';

/** Opens a page with one element. The page is closed after the test. */
export async function openPage(): Promise<{ readonly text: () => string; show(node: ReactNode): void }> {
  const window = new Window();
  // React reads the current event from `window`, and finds the document through the element. No other global is replaced,
  // because the SDKs of vendors do not run where a document is defined.
  Object.assign(globalThis, { window: {} });
  const { createRoot } = await import('react-dom/client');
  const element = window.document.createElement('main');
  const root = createRoot(element);
  onTestFinished(async () => {
    root.unmount();
    await window.happyDOM.close();
  });
  return {
    text: () => element.textContent,
    show: (node) => {
      root.render(node);
    },
  };
}
