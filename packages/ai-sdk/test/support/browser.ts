import { Window } from 'happy-dom';
import type { ReactNode } from 'react';
import { onTestFinished } from 'vitest';

/** An element of a page, and a way to show something in it; the page is gone after the test. */
export async function page(): Promise<{ readonly text: () => string; show(node: ReactNode): void }> {
  const window = new Window();
  // React looks there for the event that it is in, and finds the rest by the element. What else is global stays the
  // platform's: vendors' SDKs refuse to run where there is a document.
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
