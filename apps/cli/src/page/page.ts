import type { CallEvent, Majordomo } from '@majordomo/core';
import type { Served } from '@majordomo/gateway/node';
import type { Inspector, Ledger, Planner } from '@majordomo/inspector';
import { currentCatalog } from '../catalog/current-catalog.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage, missingPackages } from '../program/load-package.ts';
import { untilAborted, inspectorAt, listen, newToken } from '../serve/listen.ts';

/** Data that the page shows in addition to calls. */
interface Knowledge {
  readonly ledger?: Ledger | undefined;
  readonly router?: Planner | undefined;
}

/** Inspector page on this machine. Create the page before the first call. */
export interface Page extends AsyncDisposable {
  /** Receives the events of calls. */
  readonly onEvent: (event: CallEvent) => void;
  /** Starts the page for this majordomo and prints the page's address. Has no effect if the page was already started. */
  attach(majordomo: Majordomo, knowledge?: Knowledge): Promise<void>;
  /** Waits for Ctrl-C if the page is served. */
  stay(): Promise<void>;
}

const WHY = 'majordomo inspect';

/** Creates a page that `attach` serves at this port, and passes its address to `say`. Throws `Stop` if a package is missing. */
export async function createPage(port: number, say: (text: string) => void, io: Io): Promise<Page> {
  // `attach` needs the gateway. Check it now, so that all missing packages are reported before the command starts.
  const missing = missingPackages(['@majordomo/gateway', '@majordomo/inspector'], io.cwd);
  if (missing !== undefined) throw new Stop(`${WHY} needs ${missing}`);
  const loaded = await loadPackage('@majordomo/inspector', io.cwd, WHY);
  const { createInspector } = loaded as typeof import('@majordomo/inspector');
  const catalog = await currentCatalog(io);
  let inspector: Inspector | undefined;
  let served: Served | undefined;
  return {
    onEvent: (event) => {
      inspector?.onEvent(event);
    },
    async attach(majordomo, knowledge = {}) {
      if (inspector !== undefined) return;
      const token = newToken();
      // `loopback` rejects requests with another host name, because the host name of any website may resolve to 127.0.0.1.
      const watching = createInspector({ majordomo, catalog, ...knowledge, token, loopback: true });
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
      io.stderr.write('The inspector runs until Ctrl-C.\n');
      await untilAborted(io.signal);
    },
    async [Symbol.asyncDispose]() {
      // The page needs no time to end, also if it is still open in a browser.
      await served?.close(0);
    },
  };
}
