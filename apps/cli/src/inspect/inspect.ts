import { openableIds } from '../backends/configured.ts';
import { openIds } from '../backends/open.ts';
import { openConfiguredLedger } from '../ledger/open-ledger.ts';
import type { ChatFlags } from '../chat/flags.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import type { Io, Output } from '../program/io.ts';
import { portOf } from '../serve/listen.ts';
import { createPage, type Page } from '../page/page.ts';
import { plannerOf } from '../serve/planner-of.ts';

/** Options of `majordomo inspect`. */
export interface InspectFlags {
  readonly port: string;
}

/** Implements `majordomo inspect`. Serves a page with health, spending, limits and specs. Only its playground calls models. */
export const inspect = (flags: InspectFlags, io: Io): Promise<ExitCode> =>
  withPage(flags, io, io.stdout, async (page) => {
    const settings = await loadSettings(io);
    await using books = await openConfiguredLedger(settings, io);
    const ids = await openableIds(settings, io.cwd);
    const majordomo = await openIds(ids, settings, { cwd: io.cwd, signal: io.signal });
    await page.attach(majordomo, { ledger: books?.ledger, router: plannerOf(settings) });
    await page.stay();
    return EXIT.ok;
  });

/** Implements `majordomo inspect chat`. Runs `majordomo chat`, which uses stdout, with the page. */
export const inspectChat = (
  words: readonly [string | undefined, string | undefined],
  chatFlags: ChatFlags,
  flags: InspectFlags,
  io: Io,
): Promise<ExitCode> =>
  withPage(flags, io, io.stderr, async (page) => {
    const { chat } = await import('../chat/run-chat.ts');
    return chat(...words, chatFlags, io, page);
  });

/** Implements `majordomo inspect demo`. Runs `majordomo demo`, which uses stdout, with the page. */
export const inspectDemo = (flags: InspectFlags, io: Io): Promise<ExitCode> =>
  withPage(flags, io, io.stderr, async (page) => {
    const { playDemo } = await import('../demo/demo.ts');
    const code = await playDemo(io, undefined, page);
    await page.stay();
    return code;
  });

/** Runs a command whose calls the page shows. Writes the address of the page to `output`. */
async function withPage(
  flags: InspectFlags,
  io: Io,
  output: Output,
  run: (page: Page) => Promise<ExitCode>,
): Promise<ExitCode> {
  await using page = await createPage(portOf(flags.port), output.write, io);
  return await run(page);
}
