import type { CallEvent, Majordomo } from '@majordomo/core';
import type { Served } from '@majordomo/gateway/node';
import type { Inspector, Ledger, Planner } from '@majordomo/inspector';
import type { Io } from '../io.ts';
import { loadPackage } from '../load-package.ts';
import { ended, inspectorAt, listen, newToken } from '../serve/listen.ts';

/** What the page knows besides calls. */
interface Knowledge {
  readonly ledger?: Ledger | undefined;
  readonly router?: Planner | undefined;
}

/** The inspector for this machine. It is there once calls can be watched. */
export interface Page extends AsyncDisposable {
  /** Hears of the calls. */
  readonly onEvent: (event: CallEvent) => void;
  /** Opens it, and says where it is. The health that it shows is that of the first majordomo. */
  attach(majordomo: Majordomo, knowledge?: Knowledge): Promise<void>;
  /** Where it is open, it stays until Ctrl-C. */
  stay(): Promise<void>;
}

const WHY = 'majordomo inspect';

/** A page that `attach` opens at this port; `say` is told its address. Loads the package at once, and throws `Stop` without it. */
export async function createPage(port: number, say: (text: string) => void, io: Io): Promise<Page> {
  // `attach` listens with it.
  await loadPackage('@majordomo/gateway', io.cwd, WHY);
  const loaded = await loadPackage('@majordomo/inspector', io.cwd, WHY);
  const { createInspector } = loaded as typeof import('@majordomo/inspector');
  let inspector: Inspector | undefined;
  let served: Served | undefined;
  return {
    onEvent: (event) => {
      inspector?.onEvent(event);
    },
    async attach(majordomo, knowledge = {}) {
      if (inspector !== undefined) return;
      const token = newToken();
      const watching = createInspector({ majordomo, ...knowledge, token, loopback: true });
      inspector = watching;
      served = await listen(
        { onEvent: watching.onEvent, fetch: (request) => watching.fetch(request) },
        { port, host: '127.0.0.1' },
        WHY,
        io,
      );
      say(`Inspector: ${inspectorAt(served.url, token)}\n`);
    },
    async stay() {
      if (served === undefined || io.signal.aborted) return;
      io.stderr.write('The inspector stays until Ctrl-C.\n');
      await ended(io.signal);
    },
    async [Symbol.asyncDispose]() {
      await served?.close(0);
    },
  };
}
